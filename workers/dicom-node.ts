/** The process that receives: our AE with Verification and Storage. Works with Temporal down; needs store and catalog. */
import { startCommitmentSender } from '../dicom/commitment-sender.ts';
import { createEchoScp } from '../dicom/echo-scp.ts';
import { createInstanceStore } from '../dicom/instance-store.ts';
import { createDicomNode } from '../dicom/node.ts';
import { createRetrievedArrivals } from '../dicom/retrieved-arrivals.ts';
import { createStorageCommitmentScp } from '../dicom/storage-commitment-scp.ts';
import { createStorageScp } from '../dicom/storage-scp.ts';
import { runChild } from './child.ts';
import { findPeer } from './known-aes.ts';

await runChild('dicom-node', async ({ config, home, log, catalog }) => {
  const clock = { now: (): Date => new Date() };
  const store = createInstanceStore({ directory: home.store, durable: config.durableStore, reserveBytes: config.storeReserveBytes, highWaterPercent: config.storeHighWaterPercent });
  const known = new Set(config.peers.flatMap((peer) => (typeof peer['aeTitle'] === 'string' ? [peer['aeTitle']] : [])));
  const node = await createDicomNode({
    aeTitle: config.aeTitle, host: config.dicomHost, port: config.dicomPort, log, clock,
    ...(config.unknownCallers === 'reject' ? { knownCallingAes: () => known } : {}),
    services: [
      createEchoScp(),
      createStorageCommitmentScp({ aeTitle: config.aeTitle, commitments: catalog.commitments, absolute: (path) => store.absolute(path), keepsForGood: config.retention === 'archive' && config.durableStore, log, clock }),
      createStorageScp({
        store, index: catalog.instances, scope: config.storageScope, log, clock, conflictFor: (callingAe) => config.conflictBySource[callingAe] ?? config.conflictDefault,
        isRetrieved: createRetrievedArrivals({ aeTitle: config.aeTitle, retrievals: catalog.retrievals }),
      }),
    ],
    limits: { associations: config.maxAssociations, associationsPerCallingAe: config.maxAssociations, maxPduBytes: config.maxPduBytes, artimSeconds: config.artimSeconds, idleSeconds: config.associationIdleSeconds },
    onAssociationEnded: (summary) => {
      if (summary.requests === 0 && summary.outcome === 'released') return;
      const failed = Object.entries(summary.statuses).filter(([status]) => status !== '0000').reduce((sum, [, count]) => sum + count, 0);
      void catalog.operations.write({
        who: summary.callingAe || 'unknown', event: 'association.ended', subject: summary.host, subjectKind: 'association', result: summary.outcome,
        details: { requests: summary.requests, failed, bytes: summary.bytesReceived, refusedSopClasses: summary.refusedSopClasses.join(' ').slice(0, 500), reason: summary.reason },
      }).catch((error: unknown) => log.warn('operation.not-written', { error }));
    },
    onContextRefused: (refused, association) => log.warn('association.refused-context', { callingAe: association.callingAe, ...refused }),
  });
  const sender = startCommitmentSender({ aeTitle: config.aeTitle, commitments: catalog.commitments, findAe: findPeer(config), log, clock });
  return { close: async () => { await node.close({ drainSeconds: 12 }); await sender.close(); } };
});
