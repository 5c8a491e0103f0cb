/** The process of the web page and the REST interface. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../api/auth.ts';
import { createApp, listen } from '../api/server.ts';
import { labelFileOf } from '../activities/make-volume-spool.ts';
import { createAttachmentStore, MAX_ATTACHMENT_BYTES } from '../disc/attachments/attachment-store.ts';
import type { RobotReport } from '../catalog/books/robot-book.ts';
import { probeCertificate } from '../dicom/certificate-probe.ts';
import { echo } from '../dicom/echo-scu.ts';
import { echoVerdict } from '../dicom/echo-verdict.ts';
import { reach } from '../dicom/reach-ae.ts';
import { createPictureMaker } from '../dicom/picture/picture-maker.ts';
import { diskSpace } from '../dicom/space-gauge.ts';
import { lookKindOf, showInstance } from '../disc/documents/show-instance.ts';
import { createViewerShelf } from '../disc/viewers/viewer-shelf.ts';
import { openSecretFiles } from '../infra/secret-files.ts';
import { connectTemporal } from '../infra/temporal.ts';
import { copiesPort } from './copies-port.ts';
import { productVersion, runChild } from './child.ts';
import { createConfiguredScu } from './remote-aes.ts';
import { clientTls, openIdentity } from './tls.ts';
import { createWorkflowPort } from './workflow-starter.ts';

const LOGIN_HOURS = 24;

await runChild('http', async ({ config, endpoints, home, labels, log, catalog }) => {
  const temporal = connectTemporal({ address: endpoints.temporalAddress, namespace: endpoints.temporalNamespace });
  const token = (await readFile(home.apiToken, 'utf8')).trim();
  // The supervisor leaves one login token a start; it is kept as a digest only, and the file goes.
  const loginFile = join(home.run, 'login-token');
  const login = await readFile(loginFile, 'utf8').catch(() => '');
  if (login.trim() !== '') await catalog.sessions.addLoginToken(sha256(login.trim()), new Date(Date.now() + LOGIN_HOURS * 3_600_000));
  await rm(loginFile, { force: true });

  const ownHost = config.dicomHost === '0.0.0.0' ? '127.0.0.1' : config.dicomHost;
  const identity = await openIdentity(config, log);
  const scu = createConfiguredScu(config, identity);

  const pictureMaker = createPictureMaker({ workers: 1 });

  const app = createApp({
    catalog, workflows: createWorkflowPort(temporal), token, log, now: () => new Date(), labelFile: (serial) => labelFileOf(labels, serial),
    attachments: { ...createAttachmentStore(home.attachments), longestBytes: MAX_ATTACHMENT_BYTES },
    viewers: createViewerShelf({ directory: home.viewers, now: () => new Date() }),
    copies: copiesPort({ copiesFolder: config.copiesFolder, storeDirectory: home.store, secrets: openSecretFiles(home), now: () => new Date() }),
    looks: {
      kindOf: ({ attributes }) => lookKindOf(attributes),
      show: (instance, frame) => showInstance({ instance, frame, file: join(home.store, instance.file.path), language: config.language, pictureMaker }),
    },
    robots: async () => {
      const reports = new Map((await catalog.robots.all()).map((report): [string, RobotReport] => [report.name, report]));
      return config.robots.map(({ name }) => reports.get(name) ?? { name, seenAt: null, capabilities: null, health: null });
    },
    appliance: { aeTitle: config.aeTitle, dicomHost: config.dicomHost, dicomPort: config.dicomPort, version: await productVersion(), temporalUi: endpoints.temporalUi },
    store: () => {
      const space = diskSpace(home.store);
      const usedPercent = 100 * (1 - space.freeBytes / Math.max(space.totalBytes, 1));
      return Promise.resolve({ freeBytes: space.freeBytes, usedPercent, warning: usedPercent >= config.storeWarnPercent });
    },
    remote: { findAe: (aeTitle) => catalog.aes.find(aeTitle), findStudies: scu.findStudies, findSeries: scu.findSeries },
    echo: async () => {
      // A caller's certificate may be needed for an association with TLS, and need not be ours: the handshake must do.
      if (!config.dicomPlain) await probeCertificate({ host: ownHost, port: config.tlsPort, timeoutSeconds: 3 });
      else await echo({ host: ownHost, port: config.dicomPort, calledAe: config.aeTitle, callingAe: config.aeTitle, timeoutSeconds: 3 });
    },
    tls: async () => {
      if (!config.tls) return null;
      const { expiresAt } = await probeCertificate({ host: ownHost, port: config.tlsPort, timeoutSeconds: 3 }).catch(() => ({ expiresAt: null }));
      return { port: config.tlsPort, expiresAt };
    },
    echoAe: (ae) => echoVerdict({ ...reach(ae, config.aeTitle, clientTls(config, identity)), timeoutSeconds: 10 }),
  });
  const server = await listen(app, config.httpHost, config.httpPort);
  return { close: async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => { server.close(() => resolve()); });
    identity.close();
    await pictureMaker.close();
    await temporal.close();
  } };
});
