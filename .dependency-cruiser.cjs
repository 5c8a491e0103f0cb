/** Who may import whom. Direction: tables, order model and errors < infra < dicom, catalog, disc, robots < activities, workflows, api < workers. */
const PACKAGES = ['npm', 'npm-dev', 'npm-optional', 'core'];
const only = (name, from, allowed, typesOk) => ({
  name, severity: 'error', from: { path: from },
  to: { pathNot: allowed, dependencyTypesNot: [...PACKAGES, ...(typesOk ? ['type-only'] : [])] },
});
const no = (name, from, to) => ({ name, severity: 'error', from, to });
const owner = (pkg, owners) => no(`one-owner-of-${pkg.replace(/^@/, '').replace('/', '-')}`, { pathNot: [...owners, '^test/'] }, { path: `^node_modules/${pkg}(/|$)`, dependencyTypesNot: ['type-only'] });
const BROWSER = '^(api/console|disc/web-viewer)/';
const TABLES = '^dicom/tables/|^disc/tables/';

module.exports = {
  forbidden: [
    no('no-cycles', {}, { circular: true }),
    no('no-orphans', { orphan: true, pathNot: ['\\.d\\.ts$', '(^|/)\\.', '\\.config\\.(ts|js)$', BROWSER, '^infra/scripts/', '^test/'] }, {}),
    no('resolvable', { pathNot: BROWSER }, { couldNotResolve: true }),
    only('tables-are-leaves', '^(dicom|disc|robots)/tables/', ['^(dicom|disc|robots)/tables/'], true),
    only('order-model-is-pure', '^disc/order/', ['^disc/order/'], true),
    only('errors-are-a-leaf', '^infra/errors\\.ts$', ['^infra/errors\\.ts$']),
    no('pure-code-has-no-packages', { path: ['^(dicom|disc)/tables/', '^disc/order/', '^infra/errors\\.ts$'] }, { dependencyTypes: PACKAGES }),
    only('infra-imports', '^infra/(?!scripts/)', ['^infra/(?!scripts/)']),
    only('dicom-imports', '^dicom/', ['^dicom/', '^infra/(?!scripts/)'], true),
    only('catalog-imports', '^catalog/', ['^catalog/', '^infra/(?!scripts/)', TABLES, '^disc/order/'], true),
    only('disc-imports', '^disc/', ['^disc/', '^infra/(?!scripts/)', '^dicom/(tables/|data-set/|deidentify/|attributes\\.ts$)'], true),
    only('robots-imports', '^robots/', ['^robots/', '^infra/(?!scripts/)'], true),
    no('libraries-never-look-up', { path: '^(infra/(?!scripts/)|dicom/|catalog/|disc/|robots/)' }, { path: '^(activities|workflows|workers|api)/' }),
    only('workflow-imports', '^workflows/', ['^workflows/', '^disc/order/', '^infra/errors\\.ts$'], true),
    no('workflow-packages', { path: '^workflows/' }, { dependencyTypes: PACKAGES, pathNot: ['^node_modules/@temporalio/(workflow|common)'] }),
    no('workflow-types-from-activities-only', { path: '^workflows/' }, { path: '^(catalog|dicom|workers|api)/' }),
    only('activity-imports', '^activities/', ['^activities/', '^dicom/', '^catalog/', '^disc/', '^robots/', '^infra/(?!scripts/)', '^workflows/(names|messages)\\.ts$'], true),
    only('api-imports', '^api/', ['^api/', '^catalog/', '^disc/order/', '^dicom/tables/', '^infra/(?!scripts/)', '^workflows/(names|messages)\\.ts$'], true),
    no('api-never-touches-hardware-or-wire', { path: '^api/' }, { path: '^(activities|robots|workers|dicom/(?!tables))', dependencyTypesNot: ['type-only'] }),
    no('nobody-imports-an-entry-point', { pathNot: '^(workers|api|test)/' }, { path: '^(workers|api)/' }),
    no('nobody-imports-tests', { pathNot: '^test/' }, { path: '^test/' }),
    no('nobody-imports-scripts', { pathNot: '^(infra/scripts|test)/' }, { path: '^infra/scripts/' }),
    owner('pg', ['^catalog/dialects/postgres']), owner('mysql2', ['^catalog/dialects/mysql']), owner('mssql', ['^catalog/dialects/mssql']),
    owner('kysely', ['^catalog/']), owner('@temporalio/client', ['^infra/temporal', '^workers/workflow-starter']), owner('@temporalio/worker', ['^workers/']),
    owner('@temporalio/workflow', ['^workflows/']), owner('@temporalio/activity', ['^activities/']), owner('express', ['^api/']), owner('helmet', ['^api/']),
    owner('pino', ['^infra/log\\.ts$']), owner('yaml', ['^infra/config\\.ts$']), owner('@resvg/resvg-js', ['^disc/label/']), owner('harfbuzzjs', ['^disc/label/']), owner('bwip-js', ['^disc/label/']), owner('bidi-js', ['^disc/label/']), owner('dcmjs-codecs', ['^dicom/codec/']),
    owner('@zip.js/zip.js', ['^disc/zip\\.ts$']), owner('pkijs', ['^disc/encrypt/']), owner('asn1js', ['^disc/encrypt/']),
    owner('dcmjs-dimse', ['^dicom/dimse/']), owner('dcmjs', ['^dicom/dimse/']),
    no('one-subprocess-door', { pathNot: ['^infra/exec\\.ts$', '^infra/scripts/', '^test/'] }, { path: '^(node:)?child_process$' }),
    no('drivers-do-not-know-each-other', { path: '^robots/drivers/([^/.]+)' }, { path: '^robots/drivers/', pathNot: '^robots/drivers/$1(\\.ts$|/)' }),
    no('dialects-do-not-know-each-other', { path: '^catalog/dialects/(postgres|mysql|mssql)' }, { path: '^catalog/dialects/(postgres|mysql|mssql)', pathNot: ['^catalog/dialects/$1'] }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], extensions: ['.ts', '.js', '.mjs', '.json'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
