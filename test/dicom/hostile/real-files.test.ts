import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAttributes } from '../../../dicom/attributes.ts';
import { readFileMeta } from '../../../dicom/data-set/part10.ts';
import { SOP_CLASSES } from '../../../dicom/tables/sop-classes.ts';
import { TRANSFER_SYNTAXES } from '../../../dicom/tables/transfer-syntaxes.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import { sharedData } from '../../fixtures/shared-data.ts';
import { CT, IMPLICIT, associate, data, dataPdus, instanceFiles, startNode, storeRequest, value } from '../association/harness.ts';
import type { TestNode } from '../association/harness.ts';
import { expectClean, expectNothingSpare, expectServed } from './aftermath.ts';

let test: TestNode;
const folder = sharedData();

beforeEach(async () => {
  test = await startNode();
});

afterEach(async () => {
  await test.close();
});

interface Wire { readonly sopClassUid: string; readonly sopInstanceUid: string; readonly transferSyntaxUid: string; readonly dataSet: Buffer }

/** What a sender that believes its file would put on the wire; where the file says nothing, a guess. */
const wireOf = (bytes: Buffer): Wire => {
  try {
    const meta = readFileMeta(bytes);
    const dataSet = bytes.subarray(meta.dataSetOffset);
    const read = readAttributes(dataSet, meta.transferSyntaxUid, true);
    const known = read.status === 'ok' ? read.attributes : meta;
    return { sopClassUid: known.sopClassUid || CT, sopInstanceUid: known.sopInstanceUid || '2.25.99', transferSyntaxUid: TRANSFER_SYNTAXES.some(({ uid }) => uid === meta.transferSyntaxUid) ? meta.transferSyntaxUid : IMPLICIT, dataSet };
  } catch {
    // No DICOM file: a sender without sense sends it all.
    return { sopClassUid: CT, sopInstanceUid: '2.25.99', transferSyntaxUid: IMPLICIT, dataSet: bytes };
  }
};

const send = async (wire: Wire): Promise<number> => {
  const peer = await associate(test.node.port, [{ id: 1, abstractSyntax: wire.sopClassUid, transferSyntaxes: [wire.transferSyntaxUid] }]);
  peer.send(storeRequest(wire.sopInstanceUid, 1, { affectedSopClassUid: wire.sopClassUid }), wire.dataSet.length === 0 ? data(value(1, 2, wire.dataSet)) : dataPdus(wire.dataSet, 16_000));
  const { status = -1 } = await peer.response();
  peer.socket.destroy();
  return status;
};

/** Exactly what was sent lies in the store. */
const expectHeld = (wire: Wire): void => {
  const digest = createHash('sha256').update(wire.dataSet).digest('hex');
  const row = test.index.rows.find(({ arrival }) => arrival.file.dataSetSha256 === digest);
  expect(row?.arrival.attributes.sopInstanceUid).toBe(wire.sopInstanceUid);
  const file = readFileSync(join(test.directory, row?.arrival.file.path ?? ''));
  expect(file.subarray(row?.arrival.file.dataSetOffset).equals(wire.dataSet)).toBe(true);
};

describe.skipIf(folder === undefined)('malformed files of others', () => {
  const files = folder === undefined ? [] : readdirSync(join(folder, 'bad')).filter((name) => !name.startsWith('.')).sort();

  it('are at hand', () => {
    expect(files.length).toBeGreaterThan(30);
  });

  it.each(files)('are stored as they are, or refused as not understood or mismatching: %s', async (name) => {
    const wire = wireOf(readFileSync(join(folder ?? '', 'bad', name)));
    const status = await send(wire);
    expect([0, 0xa900, 0xc000]).toContain(status);
    if (status === 0) expectHeld(wire);
    else expect(instanceFiles(test.directory)).toEqual([]);
    await expectServed(test);
    await expectClean(test);
    expectNothingSpare(test);
  });
});

describe('data sets of odd length', () => {
  it.each(['ct', 'sr', 'pdf'] as const)('are stored byte for byte (%s)', async (kind) => {
    const made = makeInstance({ kind, seed: `odd ${kind}` });
    // A last element whose value has an odd number of bytes, as some senders write it.
    const tail = Buffer.from([0xfc, 0xff, 0xfc, 0xff, 0x4f, 0x42, 0, 0, 3, 0, 0, 0, 1, 2, 3]);
    const wire: Wire = { ...made, dataSet: Buffer.concat([made.dataSet, tail]) };
    expect(wire.dataSet.length % 2).toBe(1);
    expect(await send(wire)).toBe(0);
    expectHeld(wire);
    await expectClean(test);
  });

  it.skipIf(folder === undefined)('of real files are stored byte for byte', async () => {
    const odd = readdirSync(folder ?? '', { recursive: true, encoding: 'utf8' }).filter((name) => !name.startsWith('bad/') && !name.endsWith('.csv')).flatMap((name) => {
      try {
        const bytes = readFileSync(join(folder ?? '', name));
        const wire = wireOf(bytes);
        return bytes.length < 2_000_000 && wire.dataSet.length % 2 === 1 && wire.dataSet.length < bytes.length && SOP_CLASSES.some(({ uid }) => uid === wire.sopClassUid) ? [wire] : [];
      } catch {
        // A folder.
        return [];
      }
    });
    expect(odd.length).toBeGreaterThan(2);
    for (const wire of odd) {
      expect(await send(wire)).toBe(0);
      expectHeld(wire);
    }
    await expectClean(test);
  });
});
