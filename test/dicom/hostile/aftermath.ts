/** What must hold after any bad traffic: nothing left behind, rows and files agree, the next peer is served. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { associate, dataPdus, dataSet, echoRequest, instanceFiles, partFiles, storeRequest, until } from '../association/harness.ts';
import type { TestNode } from '../association/harness.ts';

/** Open descriptors of this process, the node's and its peers'. */
export const descriptors = (): number => readdirSync('/proc/self/fd').length;

/** A good association gets its echo and its store. */
export const expectServed = async (test: TestNode, uid = '2.25.4711'): Promise<void> => {
  const peer = await associate(test.node.port);
  peer.send(echoRequest(1));
  expect(await peer.response()).toMatchObject({ status: 0, messageIdRespondedTo: 1 });
  peer.send(storeRequest(uid, 2), dataPdus(dataSet(uid)));
  expect(await peer.response()).toMatchObject({ status: 0, messageIdRespondedTo: 2 });
  peer.socket.destroy();
};

/** No association runs, no part file lies there, no row is without its file, nothing happened that nobody foresaw. */
export const expectClean = async (test: TestNode, seconds = 20): Promise<void> => {
  await until(() => test.node.counters().openAssociations === 0, 'all associations ended', seconds);
  // Files made ahead go once no more instances come.
  await until(() => partFiles(test.directory).length === 0, 'no part file', seconds);
  expect(test.index.rows.filter(({ arrival }) => !existsSync(join(test.directory, arrival.file.path)))).toEqual([]);
  expect(test.events.filter(({ event }) => event === 'request.broken')).toEqual([]);
};

/** Every file has a row, too: true where the catalog never failed. */
export const expectNothingSpare = (test: TestNode): void => {
  const rows = new Set(test.index.rows.map(({ arrival }) => join(test.directory, arrival.file.path)));
  expect(instanceFiles(test.directory).filter((file) => !rows.has(file))).toEqual([]);
};
