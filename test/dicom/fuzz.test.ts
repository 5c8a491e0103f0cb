import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { random } from '../fixtures/random.ts';
import { CT_CONTEXT, IMPLICIT, VERIFICATION, associate, data, dataPdus, dataSet, echoRequest, partFiles, pdu, request, startNode, storeRequest, until, value } from './association/harness.ts';

const COUNT = Number(process.env['FUZZ_MUTATIONS'] ?? 20_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_240_501);

const mutate = (bytes: Buffer, next: () => number): Buffer => {
  const out = Buffer.from(bytes);
  const below = (limit: number): number => Math.floor(next() * limit);
  const kind = below(6);
  if (kind === 0) out[below(out.length)] = below(256);
  else if (kind === 1) for (let times = 0; times < 8; times += 1) out[below(Math.min(out.length, 90))] = below(256);
  else if (kind === 2) return out.subarray(0, below(out.length));
  else if (kind === 3) return Buffer.concat([out.subarray(0, below(out.length)), out.subarray(below(out.length))]);
  else if (kind === 4 && out.length >= 6) out.writeUInt32BE(below(2) === 0 ? below(0xffffffff) : below(out.length + 20), 2);
  else if (out.length >= 4) out.writeUInt16BE([0, 1, 0x7fff, 0xffff][below(4)] ?? 0, below(out.length - 2));
  return out;
};

describe('mutated PDUs', () => {
  it(`leave the node alive after ${COUNT} of them (seed ${SEED})`, async () => {
    const test = await startNode({ node: { limits: { associations: 1000, associationsPerCallingAe: 1000, artimSeconds: 2 } } });
    const next = random(SEED);
    const open = request([CT_CONTEXT, { id: 3, abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT] }]);
    const bytes = dataSet('2.25.80', { pixelBytes: 600 });
    const good = [storeRequest('2.25.80', 1), dataPdus(bytes, 300), data(value(1, 0, bytes.subarray(0, 200)), value(1, 2, bytes.subarray(200))), echoRequest(2), pdu(5, Buffer.alloc(4)), pdu(7, Buffer.alloc(4)), pdu(6, Buffer.alloc(4))];
    let sent = 0;
    const onePeer = (): Promise<void> =>
      new Promise((resolve) => {
        const socket = connect(test.node.port, '127.0.0.1');
        // Some peers wait for the end, some vanish.
        socket.on('connect', () => {
          const parts: Buffer[] = next() < 0.15 ? [mutate(open, next)] : [open];
          for (let times = 0; times < 6; times += 1) {
            const choice = good[Math.floor(next() * good.length)] ?? open;
            parts.push(next() < 0.3 ? choice : mutate(choice, next));
            sent += 1;
          }
          const wire = Buffer.concat(parts);
          const cut = Math.floor(next() * wire.length);
          socket.write(wire.subarray(0, cut));
          socket.write(wire.subarray(cut));
          if (next() < 0.1) socket.resetAndDestroy();
          else socket.end();
        });
        socket.on('data', () => undefined);
        socket.on('error', () => undefined);
        socket.on('close', () => resolve());
      });
    while (sent < COUNT) await Promise.all(Array.from({ length: 24 }, onePeer));
    await until(() => test.node.counters().openAssociations === 0, 'all associations ended', 20);
    expect(partFiles(test.directory)).toEqual([]);
    expect(test.events.filter(({ event }) => event === 'request.broken')).toEqual([]);
    const peer = await associate(test.node.port);
    peer.send(storeRequest('2.25.81', 1), dataPdus(dataSet('2.25.81')));
    expect(await peer.response()).toMatchObject({ status: 0 });
    expect(sent).toBeGreaterThanOrEqual(COUNT);
    peer.socket.destroy();
    await test.close();
  }, 120_000 + COUNT * 5);
});
