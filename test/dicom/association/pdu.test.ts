import { describe, expect, it } from 'vitest';
import { decodeAssociateAccept, decodeAssociateRequest, encodeAssociateAccept, encodeAssociateRequest } from '../../../dicom/association/associate.ts';
import { COMMAND, NO_DATA_SET, decodeCommand, encodeCommand } from '../../../dicom/association/command.ts';
import type { Command } from '../../../dicom/association/command.ts';
import { PDU, decodeAbort, decodeReject, encodeAbort, encodeFragments, encodeReject, encodeReleaseRequest, encodeReleaseResponse, fragmentCapacity } from '../../../dicom/association/pdu.ts';
import { createPduReader } from '../../../dicom/association/pdu-reader.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

describe('fixed PDUs', () => {
  it('are written byte for byte as the Standard lays them out', () => {
    expect(encodeReleaseRequest()).toEqual(hex('05 00 00000004 00000000'));
    expect(encodeReleaseResponse()).toEqual(hex('06 00 00000004 00000000'));
    expect(encodeAbort(2, 6)).toEqual(hex('07 00 00000004 00 00 02 06'));
    expect(encodeAbort(0, 6)).toEqual(hex('07 00 00000004 00 00 00 00'));
    expect(encodeReject({ result: 2, source: 3, reason: 2 })).toEqual(hex('03 00 00000004 00 02 03 02'));
  });

  it('are read, and refused when too long or short', () => {
    expect(decodeReject(hex('00 01 01 07'))).toEqual({ result: 1, source: 1, reason: 7 });
    expect(decodeAbort(hex('00 00 02 01'))).toEqual({ source: 2, reason: 1 });
    expect(() => decodeAbort(hex('00 00 02'))).toThrow('ASSOCIATION_PROTOCOL');
    expect(() => decodeReject(hex('00 01 01 07 00'))).toThrow('ASSOCIATION_PROTOCOL');
  });
});

describe('association items', () => {
  const request = {
    protocolVersion: 1, calledAe: 'SPINDLE', callingAe: 'A', applicationContext: '1.2', contexts: [{ id: 1, abstractSyntax: '1.2.3', transferSyntaxes: ['1.2.4', '1.2.5'] }],
    user: { maxPduBytes: 16_384, implementationClassUid: '1.9', implementationVersionName: 'V', asyncWindow: { invoked: 2, performed: 1 }, roles: [{ sopClassUid: '1.2.3', scuRole: false, scpRole: true }] },
  };
  const GOLDEN = hex(`
    01 00 0000009b 0001 0000
    5350494e444c45202020202020202020 41202020202020202020202020202020
    ${'00'.repeat(32)}
    10 00 0003 312e32
    20 00 001f 01 00 00 00  30 00 0005 312e322e33  40 00 0005 312e322e34  40 00 0005 312e322e35
    50 00 0029  51 00 0004 00004000  52 00 0003 312e39  53 00 0004 0002 0001  54 00 0009 0005 312e322e33 00 01  55 00 0001 56`);

  it('of a request are written byte for byte and read back', () => {
    expect(encodeAssociateRequest(request).toString('hex')).toBe(GOLDEN.toString('hex'));
    expect(decodeAssociateRequest(GOLDEN.subarray(6))).toEqual(request);
  });

  it('of an acceptance are written byte for byte and read back', () => {
    const { contexts: _none, ...head } = request;
    const accept = { ...head, contexts: [{ id: 1, result: 0 as const, transferSyntax: '1.2.4' }, { id: 3, result: 4 as const, transferSyntax: '1.2.4' }] };
    const bytes = encodeAssociateAccept(accept);
    expect(bytes.subarray(74 + 7, 74 + 7 + 17)).toEqual(hex('21 00 000d 01 00 00 00 40 00 0005 312e322e34'));
    expect(decodeAssociateAccept(bytes.subarray(6))).toEqual(accept);
  });

  it('of extended negotiation and user identity are written byte for byte and read back', () => {
    const user = {
      ...request.user, roles: [], extended: [{ sopClassUid: '1.2.3', info: hex('01 00 01') }], commonExtended: [{ sopClassUid: '1.4', serviceClassUid: '1.5', relatedSopClassUids: ['1.6', '1.77'] }],
      userIdentity: { type: 2, isResponseRequested: true, primary: Buffer.from('anna'), secondary: Buffer.from('pw') }, identityResponse: Buffer.from('ok'),
    };
    const bytes = encodeAssociateRequest({ ...request, user });
    const golden = hex(`
      56 00 000a  0005 312e322e33 010001
      57 00 0017  0003 312e34 0003 312e35 000b 0003 312e36 0004 312e3737
      58 00 000c  02 01 0004 616e6e61 0002 7077
      59 00 0004  0002 6f6b`);
    expect(bytes.subarray(bytes.length - golden.length).toString('hex')).toBe(golden.toString('hex'));
    expect(decodeAssociateRequest(bytes.subarray(6)).user).toEqual(user);
  });

  it.each([
    ['extended negotiation', '56 00 0004 0005 3132'], ['common extended negotiation', '57 00 0006 0001 31 0001 32'], ['a related class', '57 00 000a 0001 31 0001 32 0002 0005'],
    ['user identity', '58 00 0005 01 00 0004 61'], ['a passcode', '58 00 0007 02 00 0001 61 0009'],
  ])('with %s cut short are refused', (_name, item) => {
    const bytes = hex(item);
    expect(() => decodeAssociateRequest(Buffer.concat([GOLDEN.subarray(6, 74 + 7), Buffer.from([0x50, 0, 0, bytes.length]), bytes]))).toThrow('ASSOCIATION_PROTOCOL');
  });

  it('that nobody knows are skipped', () => {
    const unknown = hex('5a 00 0002 ffff 5b 00 0001 00');
    const bytes = Buffer.concat([GOLDEN.subarray(6), hex('99 00 0003 aabbcc'), Buffer.concat([hex('50 00'), Buffer.from([0, unknown.length]), unknown])]);
    expect(decodeAssociateRequest(bytes).contexts).toEqual(request.contexts);
  });

  it('that are cut anywhere never read beyond the end', () => {
    for (let length = 0; length < GOLDEN.length - 6; length += 1) {
      try {
        decodeAssociateRequest(Buffer.from(GOLDEN.subarray(6, 6 + length)));
      } catch (error) {
        expect(error, `cut at ${length}`).toMatchObject({ code: 'ASSOCIATION_PROTOCOL' });
      }
    }
    expect(() => decodeAssociateRequest(GOLDEN.subarray(6, GOLDEN.length - 1))).toThrow('ASSOCIATION_PROTOCOL');
  });

  it('may be 128 presentation contexts and keep their order', () => {
    const contexts = Array.from({ length: 128 }, (_, index) => ({ id: 255 - index * 2, abstractSyntax: `1.2.${index}`, transferSyntaxes: ['1.2'] }));
    expect(decodeAssociateRequest(encodeAssociateRequest({ ...request, contexts }).subarray(6)).contexts).toEqual(contexts);
  });
});

describe('command sets', () => {
  it('are written byte for byte', () => {
    const echo = encodeCommand({ affectedSopClassUid: '1.2.3', commandField: COMMAND.echoResponse, messageIdRespondedTo: 258, dataSetType: NO_DATA_SET, status: 0 });
    expect(echo.toString('hex')).toBe(hex(`
      0000 0000 04000000 36000000
      0000 0200 06000000 312e322e3300
      0000 0001 02000000 3080
      0000 2001 02000000 0201
      0000 0008 02000000 0101
      0000 0009 02000000 0000`).toString('hex'));
  });

  it('with every element read back as written', () => {
    const command: Command = {
      affectedSopClassUid: '1.2', requestedSopClassUid: '1.3', commandField: 1, messageId: 65_535, messageIdRespondedTo: 2, moveDestination: 'DEST', priority: 2, dataSetType: 1, status: 0xa700,
      offendingElement: [0x00100010, 0x7fe00010], errorComment: 'no room', errorId: 3, affectedSopInstanceUid: '1.4', requestedSopInstanceUid: '1.5', eventTypeId: 1, attributeIdentifierList: [0x00080018],
      actionTypeId: 2, remaining: 1, completed: 2, failed: 3, warning: 4, moveOriginatorAe: 'US', moveOriginatorMessageId: 9,
    };
    expect(decodeCommand(encodeCommand(command))).toEqual(command);
  });

  it.each([
    ['cut in a header', hex('0000 0001 02')],
    ['with a value beyond the end', hex('0000 0001 ff000000 0100')],
    ['of a foreign group', hex('0800 0001 02000000 0100')],
    ['without a command field', hex('0000 1001 02000000 0100')],
    ['with a short number', hex('0000 0001 01000000 01')],
  ])('%s are refused', (_name, bytes) => {
    expect(() => decodeCommand(bytes)).toThrow('ASSOCIATION_PROTOCOL');
  });
});

describe('fragments', () => {
  it('fill the PDUs of the peer and mark the last', () => {
    expect(encodeFragments(5, 'data', hex('0102030405'), 2).toString('hex')).toBe(hex('04 00 00000008 00000004 05 00 0102  04 00 00000008 00000004 05 00 0304  04 00 00000007 00000003 05 02 05').toString('hex'));
    expect(encodeFragments(5, 'command', Buffer.alloc(0), 2)).toEqual(hex('04 00 00000006 00000002 05 03'));
  });

  it('obey the smaller limit and stay even', () => {
    expect(fragmentCapacity(16_384, 1_048_576)).toBe(16_378);
    expect(fragmentCapacity(0, 1_048_576)).toBe(1_048_570);
    expect(fragmentCapacity(16_383, 1_048_576)).toBe(16_376);
    expect(fragmentCapacity(3, 1_048_576)).toBe(2);
  });
});

describe('reader', () => {
  it('hands on the same values however the stream is cut', () => {
    const wire = Buffer.concat([hex('05 00 00000004 00000000'), encodeFragments(1, 'data', Buffer.alloc(50, 3), 20), hex('06 00 00000000')]);
    const expected = ['begin 5', 'body 5 00000000', 'begin 4', 'begin 4', 'begin 4', 'begin 6', 'body 6 '];
    for (let size = 1; size <= wire.length; size += 1) {
      const seen: string[] = [];
      let bytes = 0;
      let ends = 0;
      const reader = createPduReader({
        isHeld: false, begin: (type) => void seen.push(`begin ${type}`), body: (type, body) => void seen.push(`body ${type} ${body.toString('hex')}`),
        fragment: (_id, _control, chunk, isEnd) => { bytes += chunk.length; ends += Number(isEnd); },
      }, 100);
      for (let at = 0; at < wire.length; at += size) reader.push(wire.subarray(at, at + size));
      expect(seen).toEqual(expected);
      expect([bytes, ends]).toEqual([50, 3]);
    }
  });

  it('keeps everything while held and goes on where it stopped', () => {
    let isHeld = false;
    const types: number[] = [];
    const reader = createPduReader({ get isHeld() { return isHeld; }, begin: () => undefined, fragment: () => undefined, body: (type) => { types.push(type); isHeld = true; } }, 100);
    reader.push(Buffer.concat([encodeReleaseRequest(), encodeReleaseResponse(), encodeAbort(0, 0)]));
    expect(types).toEqual([PDU.releaseRequest]);
    expect(reader.keptBytes).toBe(20);
    isHeld = false;
    reader.resume();
    isHeld = false;
    reader.resume();
    expect(types).toEqual([PDU.releaseRequest, PDU.releaseResponse, PDU.abort]);
    expect(reader.keptBytes).toBe(0);
  });
});
