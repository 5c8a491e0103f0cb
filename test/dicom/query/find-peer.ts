/** A hand-made peer that asks C-FIND of a node of ours. */
import { COMMAND, decodeCommand } from '../../../dicom/association/command.ts';
import type { Command } from '../../../dicom/association/command.ts';
import { readElements } from '../../../dicom/data-set/read-elements.ts';
import { text } from '../../../dicom/data-set/data-set.ts';
import { decoderFor } from '../../../dicom/data-set/text-decoder.ts';
import { TAG, vrOf } from '../../../dicom/tables/data-elements.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import { associate, commandBytes, data, value } from '../association/harness.ts';
import type { Peer } from '../association/harness.ts';

type Keyword = keyof typeof TAG;
type Keys = Readonly<Partial<Record<Keyword, string>>>;

const element = (tag: number, said: string, transferSyntaxUid: string): Buffer => {
  const vr = vrOf(tag);
  const bytes = Buffer.from(said, 'utf8');
  const value = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
  const head = Buffer.alloc(8);
  if (transferSyntaxUid === UID.explicitBigEndian) {
    head.writeUInt32BE(tag);
    head.write(vr, 4, 'latin1');
    head.writeUInt16BE(value.length, 6);
  } else {
    head.writeUInt16LE(tag >>> 16);
    head.writeUInt16LE(tag & 0xffff, 2);
    head.writeUInt32LE(value.length, 4);
    if (transferSyntaxUid === UID.explicitLittleEndian) {
      head.write(vr, 4, 'latin1');
      head.writeUInt16LE(value.length, 6);
    }
  }
  return Buffer.concat([head, value]);
};

/** The identifier of a request; values are written in UTF-8. */
const identifier = (keys: Keys, transferSyntaxUid: string): Buffer =>
  Buffer.concat((Object.entries(keys) as [Keyword, string][]).map(([keyword, said]) => [TAG[keyword], said] as const).sort((a, b) => a[0] - b[0]).map(([tag, said]) => element(tag, said, transferSyntaxUid)));

export interface Answer { readonly command: Command; readonly identifier: Readonly<Record<string, string>> }

export interface FindPeer {
  readonly peer: Peer;
  ask(keys: Keys | Buffer, messageId?: number): void;
  cancel(messageId?: number): void;
  /** The next response with its identifier, by keyword. */
  answer(): Promise<Answer>;
  /** All responses up to the last one, whose status is `final`. */
  answers(): Promise<{ readonly final: Command; readonly matches: readonly Answer[] }>;
}

/** Bytes of an identifier in one PDU. */
const FRAGMENT = 100_000;

const KEYWORDS: ReadonlyMap<number, string> = new Map(Object.entries(TAG).map(([keyword, tag]) => [tag, keyword]));

const parsed = (bytes: Buffer, transferSyntaxUid: string): Readonly<Record<string, string>> => {
  const dataSet = readElements(bytes, transferSyntaxUid);
  const decode = decoderFor(text(dataSet, TAG.SpecificCharacterSet, decoderFor([])).split('\\'));
  return Object.fromEntries([...dataSet.elements.keys()].map((tag) => [KEYWORDS.get(tag) ?? tag.toString(16), text(dataSet, tag, decode)]));
};

export const findPeer = async (port: number, sopClassUid: string = UID.studyRootFind, transferSyntaxUid: string = UID.explicitLittleEndian): Promise<FindPeer> => {
  const peer = await associate(port, [{ id: 1, abstractSyntax: sopClassUid, transferSyntaxes: [transferSyntaxUid] }], 16_384);
  const waiting: { readonly control: number; readonly bytes: Buffer }[] = [];
  const fragment = async (): Promise<{ readonly control: number; readonly bytes: Buffer }> => {
    while (waiting.length === 0) {
      const pdu = await peer.next();
      if (pdu === 'closed' || pdu.type !== 4) throw new TypeError('no response');
      for (let at = 0; at < pdu.body.length; at += 4 + pdu.body.readUInt32BE(at)) waiting.push({ control: pdu.body.readUInt8(at + 5), bytes: pdu.body.subarray(at + 6, at + 4 + pdu.body.readUInt32BE(at)) });
    }
    return waiting.shift() as { control: number; bytes: Buffer };
  };
  const message = async (): Promise<Buffer> => {
    const parts: Buffer[] = [];
    for (;;) {
      const { control, bytes } = await fragment();
      parts.push(bytes);
      if ((control & 2) !== 0) return Buffer.concat(parts);
    }
  };
  const answer = async (): Promise<Answer> => {
    const command = decodeCommand(await message());
    return { command, identifier: command.dataSetType === 0x0101 ? {} : parsed(await message(), transferSyntaxUid) };
  };
  return {
    peer,
    ask: (keys, messageId = 1) => {
      peer.send(data(value(1, 3, commandBytes({ commandField: COMMAND.findRequest, messageId, affectedSopClassUid: sopClassUid, priority: 0, dataSetType: 1 }))));
      const bytes = Buffer.isBuffer(keys) ? keys : identifier(keys, transferSyntaxUid);
      for (let at = 0; at === 0 || at < bytes.length; at += FRAGMENT) peer.send(data(value(1, at + FRAGMENT >= bytes.length ? 2 : 0, bytes.subarray(at, at + FRAGMENT))));
    },
    cancel: (messageId = 1) => peer.send(data(value(1, 3, commandBytes({ commandField: COMMAND.cancelRequest, messageIdRespondedTo: messageId })))),
    answer,
    answers: async () => {
      const matches: Answer[] = [];
      for (;;) {
        const next = await answer();
        if (next.command.status !== 0xff00 && next.command.status !== 0xff01) return { final: next.command, matches };
        matches.push(next);
      }
    },
  };
};
