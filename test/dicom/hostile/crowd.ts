/** Many associations at once: most keep still, some store. Used by a test and a bench. */
import { associate, dataPdus, dataSet, echoRequest, storeRequest } from '../association/harness.ts';
import type { Peer } from '../association/harness.ts';

export interface CrowdWish {
  readonly port: number;
  readonly idle: number;
  readonly storing: number;
  readonly instancesEach: number;
  readonly instanceBytes: number;
}

export interface CrowdFigures {
  readonly storeSeconds: number;
  /** Of an echo of an idle association while the others store. */
  readonly slowestEchoMilliseconds: number;
}

const echo = async (peer: Peer, messageId: number): Promise<number> => {
  const began = performance.now();
  peer.send(echoRequest(messageId));
  const { status, messageIdRespondedTo } = await peer.response();
  if (status !== 0 || messageIdRespondedTo !== messageId) throw new TypeError(`echo ${messageId} was answered ${String(status)}`);
  return performance.now() - began;
};

/** Opens all associations, stores over some while echoes go over others, then echoes over every idle one. @throws TypeError when one is not served */
export const runCrowd = async ({ port, idle, storing, instancesEach, instanceBytes }: CrowdWish): Promise<CrowdFigures> => {
  const still: Peer[] = [];
  const busy: Peer[] = [];
  for (let open = 0; open < idle + storing; open += 1) (open < idle ? still : busy).push(await associate(port));
  let isStoring = true;
  let slowest = 0;
  const watching = (async () => {
    for (let turn = 0; isStoring; turn += 1) {
      const peer = still[turn % still.length];
      if (peer !== undefined) slowest = Math.max(slowest, await echo(peer, turn % 65_536));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const began = performance.now();
  await Promise.all(busy.map(async (peer, lane) => {
    for (let at = 0; at < instancesEach; at += 1) {
      const uid = `2.25.8${String(lane).padStart(3, '0')}${String(at).padStart(6, '0')}`;
      peer.send(storeRequest(uid, at), dataPdus(dataSet(uid, { pixelBytes: instanceBytes, fill: lane }), 65_536));
      const { status } = await peer.response();
      if (status !== 0) throw new TypeError(`store was answered ${String(status)}`);
    }
  })).finally(() => { isStoring = false; });
  const storeSeconds = (performance.now() - began) / 1000;
  await watching;
  for (const peer of still) await echo(peer, 7);
  for (const peer of [...still, ...busy]) peer.socket.destroy();
  return { storeSeconds, slowestEchoMilliseconds: slowest };
};
