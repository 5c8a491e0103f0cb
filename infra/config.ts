/**
 * Reads spindle.yaml and the environment into one frozen Config; the environment wins. All mistakes are told at once.
 * The only reader of the process environment. Refuses unknown keys, and never shows a secret.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ApplianceError } from './errors.ts';
import { SETTINGS, environmentName } from './settings.ts';
import type { Setting, SettingKey } from './settings.ts';
import { readSetting } from './setting-value.ts';
import { nearest } from './nearest.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** All settings, by the keys of the SETTINGS table. */
export type Config = { readonly [K in SettingKey]: (typeof SETTINGS)[K] extends Setting<infer T> ? T : never };

/** The environment of this process. */
export const processEnvironment = (): Environment => process.env;

const TABLE: Readonly<Record<string, Setting<unknown>>> = SETTINGS;
const KEYS = Object.keys(SETTINGS);
const BY_ENVIRONMENT = new Map(KEYS.map((key) => [environmentName(key), key]));
const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

const advice = (name: string, known: readonly string[]): string => {
  const near = nearest(name, known);
  return near === undefined ? 'there is no such setting' : `there is no such setting; did you mean ${near}?`;
};

const readYaml = (path: string, mistakes: string[]): Readonly<Record<string, unknown>> => {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') mistakes.push(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
    return {};
  }
  try {
    const value: unknown = parse(source);
    if (value === null || value === undefined) return {};
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    mistakes.push(`${path} must be a list of "key: value" lines`);
  } catch (error) {
    // Only the first line: the rest quotes the file, which may hold a secret.
    mistakes.push(`${path} is not YAML: ${error instanceof Error ? error.message.split('\n')[0] ?? '' : 'unknown'}`);
  }
  return {};
};

const defaultHome = (env: Environment): string => {
  const base = env['XDG_DATA_HOME'];
  return base !== undefined && base.startsWith('/') ? join(base, 'spindle') : join(env['HOME'] ?? homedir(), '.local/share/spindle');
};

const defaultCache = (env: Environment): string => {
  const base = env['XDG_CACHE_HOME'];
  return join(base !== undefined && base.startsWith('/') ? base : join(env['HOME'] ?? homedir(), '.cache'), 'spindle/temporal');
};

const tlsChecks = (values: Config, mistakes: string[]): void => {
  if (!values.dicomPlain && !values.tls) mistakes.push('dicomPlain: false without tls leaves no port for DICOM');
  if ((values.tlsKey === '') !== (values.tlsCertificate === '')) mistakes.push('tlsKey, tlsCertificate: one needs the other');
  if (values.tls && values.tlsKey === '') mistakes.push('tls: needs tlsKey and tlsCertificate');
  if (values.tls && values.tlsClientCertificates !== 'none' && values.tlsCa === '') mistakes.push('tlsClientCertificates: needs tlsCa, the authorities of the callers');
  if (values.userIdentity === 'require' && values.users.length === 0) mistakes.push('userIdentity: require needs users');
};

/** What follows from several settings together. */
const crossChecks = (values: Config, mistakes: string[]): void => {
  if (values.storeWarnPercent > values.storeHighWaterPercent) mistakes.push(`storeWarnPercent: ${values.storeWarnPercent} is above storeHighWaterPercent (${values.storeHighWaterPercent})`);
  tlsChecks(values, mistakes);
  if (values.teachingOptions.includes('fullDates') && values.teachingOptions.includes('modifiedDates')) mistakes.push('teachingOptions: fullDates and modifiedDates exclude each other');
  const ports: [SettingKey, number][] = [['httpPort', values.httpPort]];
  if (values.dicomPlain) ports.unshift(['dicomPort', values.dicomPort]);
  if (values.tls) ports.push(['tlsPort', values.tlsPort]);
  if (values.databaseUrl === '' && values.databasePort !== 0) ports.push(['databasePort', values.databasePort]);
  if (values.temporalAddress === '') ports.push(['temporalPort', values.temporalPort], ['temporalPort', values.temporalPort + 1_000]);
  for (const [index, [key, port]] of ports.entries()) {
    const twin = ports.slice(0, index).find(([, other]) => other === port);
    if (twin !== undefined) mistakes.push(`${key}: port ${port} is also that of ${twin[0]}`);
  }
};

const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
};

/**
 * Reads all settings; `home` overrides SPINDLE_HOME. Variables beginning SPINDLE_TEST_ are not settings and are left alone.
 * @throws {ApplianceError} CONFIG_INVALID naming every mistake (`details.mistakes`), secrets masked
 */
export const loadConfig = ({ env, home: givenHome }: { env: Environment; home?: string }): Config => {
  const mistakes: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, row] of Object.entries(TABLE)) values[key] = row.default;
  const take = (key: string, name: string, raw: unknown, isText: boolean): void => {
    const row = TABLE[key];
    if (row === undefined) return;
    const read = readSetting(row, raw, isText);
    if ('mistake' in read) mistakes.push(`${name}: ${read.mistake}`);
    else values[key] = read.value;
  };
  const home = givenHome ?? (env['SPINDLE_HOME'] === undefined || env['SPINDLE_HOME'] === '' ? defaultHome(env) : env['SPINDLE_HOME']);
  take('home', 'SPINDLE_HOME', home, true);
  const file = readYaml(join(home, 'spindle.yaml'), mistakes);
  const fileKeys = KEYS.filter((key) => TABLE[key]?.environmentOnly !== true);
  for (const [key, raw] of Object.entries(file)) {
    if (!fileKeys.includes(key)) mistakes.push(`${key} (spindle.yaml): ${key === 'home' ? 'set it by SPINDLE_HOME' : advice(key, fileKeys)}`);
    else take(key, key, raw, false);
  }
  for (const [name, raw] of Object.entries(env)) {
    if (raw === undefined || !name.startsWith('SPINDLE_') || name.startsWith('SPINDLE_TEST_') || name === 'SPINDLE_HOME') continue;
    const key = BY_ENVIRONMENT.get(name);
    if (key === undefined) mistakes.push(`${name}: ${advice(name, [...BY_ENVIRONMENT.keys()])}`);
    else take(key, name, raw, true);
  }
  if (values['temporalCacheDirectory'] === '') values['temporalCacheDirectory'] = defaultCache(env);
  const isCallersGiven = file['unknownCallers'] !== undefined || env['SPINDLE_UNKNOWN_CALLERS'] !== undefined;
  if (!isCallersGiven && !isLoopback(String(values['dicomHost']))) values['unknownCallers'] = 'reject';
  const config = values as unknown as Config;
  if (mistakes.length === 0) crossChecks(config, mistakes);
  if (mistakes.length > 0) throw new ApplianceError('CONFIG_INVALID', mistakes.join('; '), { details: { mistakes } });
  return deepFreeze(structuredClone(config));
};
