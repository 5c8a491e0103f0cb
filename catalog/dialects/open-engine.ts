/** Chooses the engine by the scheme of the database URL. */
import { ApplianceError } from '../../infra/errors.ts';
import type { Engine } from './dialect.ts';
import { openMssql } from './mssql.ts';
import { openMysql } from './mysql.ts';
import { openPostgres } from './postgres.ts';

/** Opens a pool on the engine named by the URL. @throws CONFIG_INVALID for another scheme */
export const openEngine = (databaseUrl: string, poolSize: number, onPoolError: (code: string) => void): Engine => {
  const scheme = /^([a-z]+):/.exec(databaseUrl)?.[1] ?? '';
  if (scheme === 'postgres' || scheme === 'postgresql') return openPostgres(databaseUrl, poolSize, onPoolError);
  if (scheme === 'mysql' || scheme === 'mariadb') return openMysql(databaseUrl, poolSize);
  if (scheme === 'mssql') return openMssql(databaseUrl, poolSize, onPoolError);
  throw new ApplianceError('CONFIG_INVALID', 'the database URL begins with postgres://, mysql://, mariadb:// or mssql://', { details: { scheme } });
};
