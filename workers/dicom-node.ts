/** The process that talks DICOM: our AE with Verification, Storage, Storage Commitment, queries and retrieving. Works with Temporal down; needs store and catalog. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createAssociationPlaces } from '../dicom/association-places.ts';
import { createCallerList } from '../dicom/caller-list.ts';
import { createCallerNotes } from '../dicom/caller-notes.ts';
import { startCommitmentSender } from '../dicom/commitment-sender.ts';
import { createEchoScp } from '../dicom/echo-scp.ts';
import { createInstanceStore } from '../dicom/instance-store.ts';
import { createDicomNode } from '../dicom/node.ts';
import { FILES_AHEAD } from '../dicom/part-files.ts';
import { createQueryScp } from '../dicom/query-scp.ts';
import { createGetScp, createMoveScp } from '../dicom/retrieve-scp.ts';
import { createRetrievedArrivals } from '../dicom/retrieved-arrivals.ts';
import { createStorageCommitmentScp } from '../dicom/storage-commitment-scp.ts';
import { createStorageScp } from '../dicom/storage-scp.ts';
import { createTranscoder } from '../dicom/transcode.ts';
import { createUserCheck, readUsers } from '../dicom/user-identity.ts';
import { fileAes } from './aes-from-config.ts';
import { runChild } from './child.ts';
import { clientTls, openIdentity } from './tls.ts';

await runChild('dicom-node', async ({ config, home, log, catalog }) => {
  const clock = { now: (): Date => new Date() };
  const store = createInstanceStore({ directory: home.store, durable: config.durableStore, reserveBytes: config.storeReserveBytes, highWaterPercent: config.storeHighWaterPercent, filesAhead: FILES_AHEAD });
  await catalog.aes.importFileAes(fileAes(config));
  const callers = await createCallerList({
    registry: catalog.aes, unknown: config.unknownCallers, checksAddress: config.checkCallerAddress, log,
    ...(config.unknownCallers === 'reject' || config.userIdentity === 'require' ? { self: { aeTitle: config.aeTitle, addresses: ['127.0.0.1', '::1', config.dicomHost] } } : {}),
  });
  const notes = createCallerNotes({ registry: catalog.aes, policy: callers.policy, ownTitle: config.aeTitle, log });
  const identity = await openIdentity(config, log);
  // What a killed process was converting is of no use to the next one.
  const converted = join(home.run, 'converted');
  await rm(converted, { recursive: true, force: true });
  await mkdir(converted, { recursive: true, mode: 0o750 });
  const transcoder = createTranscoder();
  const retrieve = { aeTitle: config.aeTitle, book: catalog.retrieve, fileOf: (path: string) => store.absolute(path), conversion: { transcoder, folder: converted }, log };
  const remote = { findAe: (aeTitle: string) => catalog.aes.find(aeTitle), tls: () => clientTls(config, identity), places: createAssociationPlaces() };
  const node = await createDicomNode({
    aeTitle: config.aeTitle, host: config.dicomHost, port: config.dicomPlain ? config.dicomPort : undefined, log, clock, callers: callers.policy,
    ...(config.tls ? { tls: { host: config.dicomHost, port: config.tlsPort, identity, clientCertificates: config.tlsClientCertificates, handshakeSeconds: config.artimSeconds } } : {}),
    users: createUserCheck(config.userIdentity, readUsers(config.users)), extended: { fuzzy: config.queryFuzzyNames },
    services: [
      createEchoScp(),
      createMoveScp({ ...retrieve, ...remote }),
      createGetScp(retrieve),
      createStorageCommitmentScp({ aeTitle: config.aeTitle, commitments: catalog.commitments, absolute: (path) => store.absolute(path), keepsForGood: config.retention === 'archive' && config.durableStore, log, clock }),
      createStorageScp({
        store, index: catalog.instances, scope: config.storageScope, log, clock, conflictFor: (callingAe) => config.conflictBySource[callingAe] ?? config.conflictDefault,
        isRetrieved: createRetrievedArrivals({ aeTitle: config.aeTitle, retrievals: catalog.retrievals }),
      }),
      createQueryScp({ aeTitle: config.aeTitle, queries: catalog.queries, fuzzyNames: config.queryFuzzyNames, matchEmpty: config.queryMatchEmpty, log }),
    ],
    limits: { associations: config.maxAssociations, associationsPerCallingAe: config.maxAssociations, maxPduBytes: config.maxPduBytes, artimSeconds: config.artimSeconds, idleSeconds: config.associationIdleSeconds },
    onAssociationEnded: (summary) => {
      notes.note(summary);
      if (summary.requests === 0 && summary.outcome === 'released') return;
      const failed = Object.entries(summary.statuses).filter(([status]) => status !== '0000' && status !== 'fe00').reduce((sum, [, count]) => sum + count, 0);
      void catalog.operations.write({
        who: summary.callingAe || 'unknown', event: 'association.ended', subject: summary.host, subjectKind: 'association', result: summary.outcome,
        details: { requests: summary.requests, failed, bytes: summary.bytesReceived, refusedSopClasses: summary.refusedSopClasses.join(' ').slice(0, 500), reason: summary.reason, ...(summary.user === undefined ? {} : { user: summary.user.slice(0, 64) }) },
      }).catch((error: unknown) => log.warn('operation.not-written', { error }));
    },
    onContextRefused: (refused, association) => log.warn('association.refused-context', { callingAe: association.callingAe, ...refused }),
  });
  const sender = startCommitmentSender({ aeTitle: config.aeTitle, commitments: catalog.commitments, ...remote, log, clock });
  return { close: async () => {
    await node.close({ drainSeconds: 12 });
    await sender.close();
    await transcoder.close();
    identity.close();
    callers.close();
    await notes.close();
  } };
});
