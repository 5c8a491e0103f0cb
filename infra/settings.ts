/**
 * The one table of settings. A row says kind, default, limits, unit and meaning; the environment variable follows from the key.
 * Order of the rows is the order of docs/SETTINGS.md. Knows nothing of where values come from.
 */
export interface Setting<T> {
  readonly kind: 'text' | 'whole' | 'flag' | 'choice' | 'choices' | 'list' | 'names' | 'map';
  readonly default: T;
  readonly about: string;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  /** Allowed values of a map. */
  readonly secret?: true;
  /** Must match when not empty; `form` says it in words. */
  readonly pattern?: RegExp;
  readonly form?: string;
  /** Only by the environment, never in spindle.yaml. */
  readonly environmentOnly?: true;
  /** Shown instead of the default where it depends on other settings. */
  readonly defaultText?: string;
}

/** One entry of `rules`, `robots`, `peers` or `users`: what it holds is checked by the part that uses it. */
export type Entry = Readonly<Record<string, unknown>> & { readonly name: string };

type More = Partial<Omit<Setting<unknown>, 'kind' | 'default' | 'about'>>;

const text = (fallback: string, about: string, more: More = {}): Setting<string> => ({ kind: 'text', default: fallback, about, ...more });
const whole = (fallback: number, min: number, max: number, unit: string, about: string): Setting<number> => ({ kind: 'whole', default: fallback, min, max, unit, about });
const flag = (fallback: boolean, about: string): Setting<boolean> => ({ kind: 'flag', default: fallback, about });
const choice = <const C extends string>(choices: readonly C[], fallback: NoInfer<C>, about: string, more: More = {}): Setting<C> => ({ kind: 'choice', default: fallback, choices, about, ...more });
const choices = <const C extends string>(of: readonly C[], about: string): Setting<readonly C[]> => ({ kind: 'choices', default: [], choices: of, about });
const entries = (fallback: readonly Entry[], about: string, more: More = {}): Setting<readonly Entry[]> => ({ kind: 'list', default: fallback, about, ...more });
const names = (about: string, more: More): Setting<readonly string[]> => ({ kind: 'names', default: [], about, ...more });
const map = <const C extends string>(choices: readonly C[], about: string): Setting<Readonly<Record<string, C>>> => ({ kind: 'map', default: {}, choices, about });

const HOST = { pattern: /^[A-Za-z0-9.:_-]+$/, form: 'a host name or address' };
const FILE = { pattern: /^\//, form: 'an absolute path of a file' };
const FOLDER = { pattern: /^\//, form: 'an absolute path' };

/** Every setting, by the key it has in spindle.yaml. */
export const SETTINGS = {
  home: text('', 'Folder that holds everything the appliance keeps.', { ...FOLDER, environmentOnly: true, defaultText: '$XDG_DATA_HOME/spindle, else ~/.local/share/spindle' }),
  aeTitle: text('SPINDLE', 'Our AE title.', { pattern: /^(?=.*[^ ])[\x20-\x5b\x5d-\x7e]{1,16}$/, form: '1 to 16 characters without backslash and control characters' }),
  dicomHost: text('127.0.0.1', 'Address on which associations are accepted; 0.0.0.0 for all.', HOST),
  dicomPort: whole(11_112, 1, 65_535, 'port', 'Port on which associations are accepted.'),
  dicomPlain: flag(true, 'Associations without TLS are accepted, on `dicomPort`.'),
  unknownCallers: choice(['accept', 'reject'], 'accept', 'What happens to an association of a calling AE that is not in the AE registry. One that is let in may use every service.', { defaultText: '`accept` on a loopback address, else `reject`' }),
  checkCallerAddress: flag(false, 'A calling AE must call from the host that the AE registry names.'),
  peers: entries([], 'AEs of the registry that are kept here and cannot be changed on the web page: name, aeTitle and host of each; further port, tls, services (`store`, `query`, `retrieve`, `commit`, `publish`), preferredTransferSyntaxes, maxAssociations, notes.'),
  userIdentity: choice(['ignore', 'accept', 'require'], 'ignore', 'What user identity negotiation counts: nothing; a passcode that is given must be right; or a user name with the right passcode is needed. Over a plain port passcodes can be overheard.'),
  users: entries([], 'Users behind associations: name and passcode of each; the passcode as `npm run passcode` prints it.', { secret: true }),
  tls: flag(false, 'Associations with TLS are accepted, on `tlsPort`.'),
  tlsPort: whole(2_762, 1, 65_535, 'port', 'Port on which associations with TLS are accepted.'),
  tlsKey: text('', 'Our private key (PEM, without a passphrase), for both sides of TLS. Replaced files are taken without a restart.', FILE),
  tlsCertificate: text('', 'Our certificate (PEM), those between it and its authority behind it.', FILE),
  tlsCa: text('', 'Authorities (PEM) whose certificates are trusted, on both sides; empty: for calling others, those of the system.', FILE),
  tlsClientCertificates: choice(['required', 'optional', 'none'], 'required', 'Whether callers must show a certificate.'),
  tlsCheckNames: flag(true, 'Where we call with TLS, the certificate must be for the host that is called.'),
  remoteAnswerSeconds: whole(60, 1, 3_600, 's', 'A remote AE that says nothing for so long while we query or retrieve counts as silent.'),
  remoteQuerySeconds: whole(60, 1, 3_600, 's', 'Longest time for one query to a remote AE.'),
  remoteQueryAnswers: whole(1_000, 1, 100_000, 'answers', 'Studies or series taken of one query to a remote AE; more are not shown.'),
  retrieveLimitSeconds: whole(14_400, 10, 604_800, 's', 'Longest time for having one study sent by a remote AE.'),
  retrieveAttempts: whole(3, 1, 20, 'attempts', 'How often a study, and then each series that lacks instances, is asked for.'),
  maxAssociations: whole(32, 1, 1_000, 'associations', 'Associations served at the same time; more are rejected for the moment.'),
  maxPduBytes: whole(262_144, 4_096, 16_777_216, 'bytes', 'Longest P-DATA PDU we receive.'),
  associationIdleSeconds: whole(3_600, 5, 86_400, 's', 'An association on which nothing happens for so long is aborted.'),
  artimSeconds: whole(30, 1, 600, 's', 'Time a caller has to ask for the association after connecting (ARTIM).'),
  queryFuzzyNames: flag(false, 'Person names in C-FIND match word by word in any order, each word from its beginning, also where the caller did not negotiate it.'),
  queryMatchEmpty: flag(true, 'In C-FIND an entity without a value for a required key matches every value, as the Standard asks; turn off to find only what is sure to match.'),
  httpHost: text('127.0.0.1', 'Address of the web page and the REST interface.', HOST),
  httpPort: whole(8_080, 1, 65_535, 'port', 'Port of the web page and the REST interface.'),
  temporalAddress: text('', 'host:port of a Temporal cluster to use; empty starts the embedded one.', { pattern: /^[A-Za-z0-9.:[\]_-]+:\d{1,5}$/, form: 'host:port' }),
  temporalNamespace: text('spindle', 'Temporal namespace.', { pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/, form: '2 to 63 letters, digits, dots, dashes' }),
  temporalPort: whole(7_233, 1, 64_535, 'port', 'Port of the embedded Temporal server; its web page is 1000 above.'),
  temporalBinary: text('', 'Path of a `temporal` program to use for the embedded server.', FOLDER),
  temporalCacheDirectory: text('', 'Where the `temporal` program is kept between installations.', { ...FOLDER, defaultText: '$XDG_CACHE_HOME/spindle/temporal, else ~/.cache/spindle/temporal' }),
  temporalArchiveUrl: text('https://temporal.download/cli/archive', 'Where the official archives of the `temporal` program are had.', { pattern: /^https?:\/\//, form: 'an http(s) address' }),
  databaseUrl: text('', 'Catalog database (postgresql://, mysql://, mssql://); empty starts the embedded PostgreSQL.', { secret: true, pattern: /^(postgres|postgresql|mysql|mssql):\/\//, form: 'an address beginning postgresql://, mysql:// or mssql://' }),
  databasePort: whole(0, 0, 65_535, 'port', 'Port of the embedded PostgreSQL; 0 = a free one, chosen once and kept.'),
  storageScope: choice(['all', 'reference'], 'all', 'SOP classes accepted for storage: every storage class we know, or those of the reference statement.'),
  durableStore: flag(true, 'Success is answered only after file and row are on the disk. Turn off only for measurements.'),
  storeHighWaterPercent: whole(95, 50, 100, '%', 'From this fill of the store\'s disk on nothing is received any more.'),
  storeWarnPercent: whole(85, 10, 100, '%', 'From this fill of the store\'s disk on a warning is shown.'),
  storeReserveBytes: whole(1_073_741_824, 0, 1_099_511_627_776, 'bytes', 'Space of the store\'s disk that receiving leaves free.'),
  retention: choice(['archive', 'buffer'], 'archive', 'Held instances are kept for good, or deleted some time after their discs are made.'),
  graceHours: whole(72, 0, 87_600, 'h', 'How long instances are kept after their order is done, with retention `buffer`.'),
  conflictDefault: choice(['ask', 'newest', 'held'], 'ask', 'Which content counts when an instance arrives again with other content.'),
  conflictBySource: map(['ask', 'newest', 'held'], 'The same for single calling AE titles.'),
  rules: entries([], 'Burn rules: name, condition and options of each; these cannot be changed on the web page.'),
  quietSecondsDefault: whole(30, 1, 86_400, 's', 'Quiet period of the burn rule made at first start.'),
  robots: entries([{ name: 'virtual', driver: 'virtual' }], 'Robots: name, driver and its options of each.'),
  remakes: whole(2, 0, 20, 'discs', 'How many bad discs of one copy are made again before a person is asked.'),
  labelDpi: whole(600, 100, 1_200, 'dpi', 'Resolution of label pictures.'),
  institution: text('', 'Name of the institution, for labels and the text on discs.', { pattern: /^[^\p{Cc}]{0,64}$/u, form: 'at most 64 characters without control characters' }),
  language: choice(['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'tr', 'ar', 'ja', 'zh'], 'en', 'Language of the pages on discs, where an order or rule names none.'),
  webContent: flag(false, 'Discs get pages with pictures for a web browser, where an order or rule does not say.'),
  contact: text('', 'Whom to ask about a disc: department, telephone, address; printed in the text on discs.', { pattern: /^[^\p{Cc}]{0,200}$/u, form: 'at most 200 characters without control characters' }),
  viewers: names('Viewers put on every disc whose order or rule says nothing else, by id; the first may start by itself ([VIEWERS.md](VIEWERS.md)).', { pattern: /^[a-z0-9-]{1,32}$/, form: 'ids of viewers' }),
  teachingOptions: choices(['graphics', 'structuredContent', 'descriptors', 'fullDates', 'modifiedDates', 'patient', 'device', 'safePrivate', 'institution'], 'Options of the confidentiality profile (PS3.15 E.3) for teaching copies: what beyond the strict basic profile is kept or cleaned instead of removed; `fullDates` and `modifiedDates` exclude each other.'),
  copiesFolder: text('', 'Folder for copies beside discs: orders with target `iso`, `zip` or `folder` are delivered there, for a stick, a share or a mail. Empty = no such orders are taken.', FOLDER),
  logLevel: choice(['debug', 'info', 'warn', 'error'], 'info', 'Least severe events that are logged.'),
} as const;

export type SettingKey = keyof typeof SETTINGS;

/** The environment variable of a setting. */
export const environmentName = (key: string): string => `SPINDLE_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
