/**
 * Secrets of orders, in files that only this user reads: the key that teaching copies are made with, and passphrases until
 * their order is closed. Nothing of it goes into the catalog, a log, a history or an error.
 */
import { createHmac } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from './durable-file.ts';
import { ApplianceError } from './errors.ts';

export interface SecretFiles {
  /** 32 bytes that follow from the key of this appliance and the order: the same order always gets the same. */
  teachingKey(orderId: string): Promise<Buffer>;
  keepPassphrase(orderId: string, passphrase: string): Promise<void>;
  /** @throws {ApplianceError} ORDER_PASSPHRASE_GONE */
  passphrase(orderId: string): Promise<string>;
  dropPassphrase(orderId: string): Promise<void>;
  /** Orders whose passphrase was kept before `before` and still is. */
  kept(before: Date): Promise<readonly string[]>;
}

const MODE = 0o600;
const NAME = /^passphrase-([a-z0-9]{1,32})$/;

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** The secrets below `folder`, which openHome made together with `teachingKey`. */
export const openSecretFiles = ({ secrets, teachingKey }: { readonly secrets: string; readonly teachingKey: string }): SecretFiles => {
  const fileOf = (orderId: string): string => {
    const name = `passphrase-${orderId}`;
    if (!NAME.test(name)) throw new TypeError('an order id has lower case letters and digits only');
    return join(secrets, name);
  };
  return {
    teachingKey: async (orderId) => createHmac('sha256', Buffer.from((await readFile(teachingKey, 'latin1')).trim(), 'hex')).update(`teaching copies of ${orderId}`).digest(),
    keepPassphrase: (orderId, passphrase) => writeDurably(fileOf(orderId), passphrase, { mode: MODE }),
    passphrase: (orderId) => readFile(fileOf(orderId), 'utf8').catch((error: unknown) => {
      if (isAbsent(error)) throw new ApplianceError('ORDER_PASSPHRASE_GONE', 'the passphrase of the order is not kept any more', { details: { orderId } });
      throw error;
    }),
    dropPassphrase: (orderId) => rm(fileOf(orderId), { force: true }),
    async kept(before) {
      const found: string[] = [];
      for (const name of await readdir(secrets)) {
        const orderId = NAME.exec(name)?.[1];
        const seen = orderId === undefined ? undefined : await stat(join(secrets, name)).catch(() => undefined);
        if (orderId !== undefined && seen !== undefined && seen.mtime < before) found.push(orderId);
      }
      return found;
    },
  };
};
