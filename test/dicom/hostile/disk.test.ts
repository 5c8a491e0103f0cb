import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { associate, data, dataPdus, dataSet, echoRequest, instanceFiles, partFiles, startNode, storeRequest, until, value } from '../association/harness.ts';
import type { Peer, TestNode } from '../association/harness.ts';
import { expectClean, expectServed } from './aftermath.ts';

let test: TestNode;

beforeEach(async () => {
  test = await startNode();
});

afterEach(async () => {
  await test.close();
});

/** Neither opening nor removing works while a file stands where the folder was. */
const breakFolder = (name: string): (() => void) => {
  const folder = join(test.directory, name);
  renameSync(folder, `${folder}.away`);
  writeFileSync(folder, '');
  return () => {
    rmSync(folder);
    renameSync(`${folder}.away`, folder);
  };
};

const halfStored = async (uid: string): Promise<Peer> => {
  const peer = await associate(test.node.port);
  peer.send(storeRequest(uid, 1), data(value(1, 0, dataSet(uid).subarray(0, 700))));
  await until(() => partFiles(test.directory).length === 1, 'part file');
  return peer;
};

describe('a disk that cannot be opened', () => {
  it('refuses every instance with A700 on all associations, and serves as soon as it is back', async () => {
    const mend = breakFolder('incoming');
    const peers = await Promise.all([1, 2, 3, 4].map(() => associate(test.node.port)));
    await Promise.all(peers.map(async (peer, lane) => {
      for (let at = 0; at < 5; at += 1) {
        const uid = `2.25.${lane}${at}`;
        peer.send(storeRequest(uid, at), dataPdus(dataSet(uid)));
        expect(await peer.response()).toMatchObject({ status: 0xa700, messageIdRespondedTo: at });
      }
    }));
    expect(test.index.rows).toEqual([]);
    mend();
    for (const [lane, peer] of peers.entries()) {
      peer.send(storeRequest(`2.25.${lane}9`, 9), dataPdus(dataSet(`2.25.${lane}9`)));
      expect(await peer.response()).toMatchObject({ status: 0 });
      peer.socket.destroy();
    }
    await expectClean(test);
  });

  it('takes neither the node nor the part file with it when the peer vanishes meanwhile', async () => {
    const peer = await halfStored('2.25.1');
    const mend = breakFolder('incoming');
    peer.socket.resetAndDestroy();
    await until(() => test.summaries.length === 1, 'association ended');
    mend();
    await expectServed(test);
    await expectClean(test);
  });

  it('refuses the instance and keeps the association when not even the part file can be removed', async () => {
    const peer = await halfStored('2.25.2');
    const mend = breakFolder('incoming');
    peer.send(data(value(1, 2, dataSet('2.25.2').subarray(700))), echoRequest(2));
    expect(await peer.response()).toMatchObject({ status: 0xa700, messageIdRespondedTo: 1 });
    expect(await peer.response()).toMatchObject({ status: 0, messageIdRespondedTo: 2 });
    mend();
    peer.socket.destroy();
    await expectServed(test);
    await expectClean(test);
  });

  it('makes the folders of the instances again when they are gone', async () => {
    const peer = await associate(test.node.port);
    for (const [at, uid] of ['2.25.5', '2.25.6'].entries()) {
      peer.send(storeRequest(uid, at), dataPdus(dataSet(uid)));
      expect(await peer.response()).toMatchObject({ status: 0 });
      rmSync(join(test.directory, 'instances'), { recursive: true });
    }
    peer.socket.destroy();
    await expectServed(test);
  });

  it('keeps one file of an instance that could not be placed at first', async () => {
    const peer = await associate(test.node.port);
    const bytes = dataSet('2.25.7');
    const store = async (body: Buffer): Promise<number | undefined> => {
      peer.send(storeRequest('2.25.7', 1), dataPdus(body));
      return (await peer.response()).status;
    };
    const mend = breakFolder('instances');
    expect(await store(bytes)).toBe(0xa700);
    mend();
    expect(partFiles(test.directory)).toEqual([]);
    expect([await store(bytes), await store(bytes)]).toEqual([0, 0]);
    expect(instanceFiles(test.directory)).toHaveLength(1);
    expect(readFileSync(instanceFiles(test.directory)[0] ?? '').subarray(-bytes.length).equals(bytes)).toBe(true);
    peer.socket.destroy();
  });
});

describe('a peer that is faster than the disk', () => {
  it('is slowed down: two hundred megabytes pass through little memory', async () => {
    const peer = await associate(test.node.port);
    const head = dataSet('2.25.8', { pixelBytes: 0 });
    const pixels = 200 * 1_048_576;
    head.writeUInt32LE(pixels, head.length - 4);
    peer.send(storeRequest('2.25.8', 1), data(value(1, 0, head)));
    const piece = data(value(1, 0, Buffer.alloc(131_072, 3)));
    const before = process.memoryUsage().rss;
    let peak = before;
    for (let sent = 0; sent < pixels; sent += 131_072) {
      if (!peer.socket.write(piece)) await new Promise((resolve) => peer.socket.once('drain', resolve));
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    peer.send(data(value(1, 2, Buffer.alloc(0))));
    expect(await peer.response()).toMatchObject({ status: 0 });
    expect((peak - before) / 1_048_576).toBeLessThan(64);
    peer.socket.destroy();
    await expectClean(test);
  });
});
