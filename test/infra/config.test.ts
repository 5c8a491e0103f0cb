import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../infra/config.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { SETTINGS, environmentName } from '../../infra/settings.ts';

let home: string;
beforeEach(() => { home = mkdtempSync(join(tmpdir(), 'config-')); });
afterEach(() => { rmSync(home, { recursive: true, force: true }); });

const yaml = (text: string): void => { writeFileSync(join(home, 'spindle.yaml'), text); };
const load = (env: Record<string, string> = {}) => loadConfig({ env: { SPINDLE_HOME: home, HOME: '/home/someone', ...env } });
const mistakes = (env: Record<string, string> = {}): readonly string[] => {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ApplianceError && error.code === 'CONFIG_INVALID') return error.details['mistakes'] as readonly string[];
    throw error;
  }
  return [];
};

describe('configuration', () => {
  it('works without a file and without variables', () => {
    const config = load();
    expect(config).toMatchObject({ home, aeTitle: 'SPINDLE', dicomPort: 11112, unknownCallers: 'accept', temporalCacheDirectory: '/home/someone/.cache/spindle/temporal' });
    expect(config.robots).toEqual([{ name: 'virtual', driver: 'virtual' }]);
  });

  it('finds the home folder below the XDG folder, else below the home of the user', () => {
    expect(loadConfig({ env: { HOME: '/nowhere/u' } }).home).toBe('/nowhere/u/.local/share/spindle');
    expect(loadConfig({ env: { HOME: '/nowhere/u', XDG_DATA_HOME: '/nowhere/data', XDG_CACHE_HOME: '/nowhere/cache' } })).toMatchObject({ home: '/nowhere/data/spindle', temporalCacheDirectory: '/nowhere/cache/spindle/temporal' });
  });

  it('takes values from spindle.yaml, and lets the environment win', () => {
    yaml('aeTitle: FILE\nhttpPort: 9000\ndurableStore: false\nconflictBySource:\n  CT1: newest\n');
    expect(load({ SPINDLE_AE_TITLE: 'ENVIRONMENT' })).toMatchObject({ aeTitle: 'ENVIRONMENT', httpPort: 9000, durableStore: false, conflictBySource: { CT1: 'newest' } });
  });

  it('reads lists of names from both, and refuses what is no name', () => {
    yaml('viewers: [weasis, peek]\n');
    expect(load().viewers).toEqual(['weasis', 'peek']);
    expect(load({ SPINDLE_VIEWERS: '["look"]' }).viewers).toEqual(['look']);
    yaml('viewers: weasis\n');
    expect(mistakes()).toEqual(['viewers: "weasis" is not a list of ids of viewers']);
    yaml('');
    expect(mistakes({ SPINDLE_VIEWERS: '["../up", 3]' })).toEqual([expect.stringContaining('is not a list of ids of viewers')]);
  });

  it('reads lists and maps of the environment as JSON', () => {
    const config = load({ SPINDLE_ROBOTS: '[{"name":"left","driver":"ptburn","folder":"/mnt/a"}]', SPINDLE_CONFLICT_BY_SOURCE: '{"MR1":"held"}' });
    expect(config.robots).toEqual([{ name: 'left', driver: 'ptburn', folder: '/mnt/a' }]);
    expect(config.conflictBySource).toEqual({ MR1: 'held' });
  });

  it('tells all mistakes at once, with value, range and the nearest known name', () => {
    yaml('aeTitel: X\nhttpPort: 99999\nlogLevel: loud\nrobots:\n  - driver: virtual\n');
    const found = mistakes({ SPINDLE_DICOM_PORT: 'abc', SPINDLE_AE_TITLE: 'A\\B', SPINDLE_LABLE_DPI: '300', SPINDLE_RULES: '[' });
    expect(found).toHaveLength(8);
    const all = found.join('\n');
    expect(all).toContain('did you mean aeTitle?');
    expect(all).toContain('httpPort: 99999 is not a whole number from 1 to 65535 (port)');
    expect(all).toContain('logLevel: "loud" is not one of debug, info, warn, error');
    expect(all).toContain('robots: entry 1 has no name');
    expect(all).toContain('SPINDLE_DICOM_PORT: "abc"');
    expect(all).toContain('SPINDLE_AE_TITLE: "A\\\\B" is not 1 to 16 characters');
    expect(all).toContain('did you mean SPINDLE_LABEL_DPI?');
    expect(all).toContain('SPINDLE_RULES: is not JSON');
  });

  it('never shows the value of a secret', () => {
    const found = mistakes({ SPINDLE_DATABASE_URL: 'oracle://me:hunter2@db/x' });
    expect(found).toEqual(['SPINDLE_DATABASE_URL: (secret) is not an address beginning postgresql://, mysql:// or mssql://']);
  });

  it('does not repeat a line of spindle.yaml that is no YAML', () => {
    yaml('databaseUrl: "postgresql://me:hunter2@db\n');
    expect(mistakes().join()).toContain('is not YAML');
    expect(mistakes().join()).not.toContain('hunter2');
  });

  it('refuses two uses of one port', () => {
    expect(mistakes({ SPINDLE_HTTP_PORT: '8233' })).toEqual(['temporalPort: port 8233 is also that of httpPort']);
  });

  it('wants everything that TLS needs, a port for DICOM, and users where one is required', () => {
    expect(mistakes({ SPINDLE_TLS: 'true' })).toEqual(['tls: needs tlsKey and tlsCertificate', 'tlsClientCertificates: needs tlsCa, the authorities of the callers']);
    expect(mistakes({ SPINDLE_TLS_KEY: '/k.pem' })).toEqual(['tlsKey, tlsCertificate: one needs the other']);
    expect(mistakes({ SPINDLE_DICOM_PLAIN: 'false' })).toEqual(['dicomPlain: false without tls leaves no port for DICOM']);
    expect(mistakes({ SPINDLE_USER_IDENTITY: 'require' })).toEqual(['userIdentity: require needs users']);
    const files = { SPINDLE_TLS: 'true', SPINDLE_TLS_KEY: '/k.pem', SPINDLE_TLS_CERTIFICATE: '/c.pem', SPINDLE_TLS_CA: '/a.pem', SPINDLE_TLS_PORT: '11112' };
    expect(mistakes(files)).toEqual(['tlsPort: port 11112 is also that of dicomPort']);
    expect(load({ ...files, SPINDLE_DICOM_PLAIN: 'false' })).toMatchObject({ tls: true, dicomPlain: false, tlsPort: 11_112 });
  });

  it('rejects unknown callers by default as soon as others than this machine can call', () => {
    expect(load({ SPINDLE_DICOM_HOST: '0.0.0.0' }).unknownCallers).toBe('reject');
    expect(load({ SPINDLE_DICOM_HOST: '0.0.0.0', SPINDLE_UNKNOWN_CALLERS: 'accept' }).unknownCallers).toBe('accept');
    expect(load({ SPINDLE_DICOM_HOST: '127.0.0.9' }).unknownCallers).toBe('accept');
  });

  it('is frozen in depth', () => {
    const config = load();
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.robots[0])).toBe(true);
  });

  it('accepts every default of the table from the environment', () => {
    const env = Object.fromEntries(Object.entries(SETTINGS).filter(([key]) => key !== 'home')
      .map(([key, row]) => [environmentName(key), typeof row.default === 'object' ? JSON.stringify(row.default) : String(row.default)]));
    expect(load(env)).toMatchObject({ aeTitle: 'SPINDLE', labelDpi: 600 });
  });
});
