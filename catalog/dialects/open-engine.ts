/** Chooses the engine by the scheme of the database URL. Only its driver is loaded: the three together take more memory than a DICOM node. */
import { ApplianceError } from '../../infra/errors.ts';
import type { Engine } from './dialect.ts';

/** Opens a pool on the engine named by the URL. @throws CONFIG_INVALID for another scheme */
export const openEngine = async (databaseUrl: string, poolSize: number, onPoolError: (code: string) => void): Promise<Engine> => {
  const scheme = /^([a-z]+):/.exec(databaseUrl)?.[1] ?? '';
  if (scheme === 'postgres' || scheme === 'postgresql') return (await import('./postgres.ts')).openPostgres(databaseUrl, poolSize, onPoolError);
  if (scheme === 'mysql' || scheme === 'mariadb') return (await import('./mysql.ts')).openMysql(databaseUrl, poolSize);
  if (scheme === 'mssql') return (await import('./mssql.ts')).openMssql(databaseUrl, poolSize, onPoolError);
  throw new ApplianceError('CONFIG_INVALID', 'the database URL begins with postgres://, mysql://, mariadb:// or mssql://', { details: { scheme } });
};
