/**
 * DIMSE command sets: implicit VR little endian, group 0000, always small.
 * Unknown elements are skipped; broken lengths are refused.
 */
import { ABORT_REASON, violation } from './pdu.ts';

/** Command Field (0000,0100). @source PS3.7 E.1 */
export const COMMAND = {
  storeRequest: 0x0001, storeResponse: 0x8001, getRequest: 0x0010, getResponse: 0x8010, findRequest: 0x0020, findResponse: 0x8020,
  moveRequest: 0x0021, moveResponse: 0x8021, echoRequest: 0x0030, echoResponse: 0x8030, eventReportRequest: 0x0100, eventReportResponse: 0x8100,
  nGetRequest: 0x0110, nGetResponse: 0x8110, nSetRequest: 0x0120, nSetResponse: 0x8120, nActionRequest: 0x0130, nActionResponse: 0x8130,
  nCreateRequest: 0x0140, nCreateResponse: 0x8140, nDeleteRequest: 0x0150, nDeleteResponse: 0x8150, cancelRequest: 0x0fff,
} as const;

/** Set in the command field of every response. */
export const RESPONSE_BIT = 0x8000;
/** Command Data Set Type that says no data set follows. @source PS3.7 9.3.1.1 */
export const NO_DATA_SET = 0x0101;
/** Longest command set that is taken, in bytes. */
export const MAX_COMMAND_BYTES = 65_536;

/** One command set; absent elements are absent keys. */
export interface Command {
  readonly affectedSopClassUid?: string;
  readonly requestedSopClassUid?: string;
  readonly commandField: number;
  readonly messageId?: number;
  readonly messageIdRespondedTo?: number;
  readonly moveDestination?: string;
  readonly priority?: number;
  /** NO_DATA_SET, or anything else when a data set follows. */
  readonly dataSetType: number;
  readonly status?: number;
  readonly offendingElement?: readonly number[];
  readonly errorComment?: string;
  readonly errorId?: number;
  readonly affectedSopInstanceUid?: string;
  readonly requestedSopInstanceUid?: string;
  readonly eventTypeId?: number;
  readonly attributeIdentifierList?: readonly number[];
  readonly actionTypeId?: number;
  readonly remaining?: number;
  readonly completed?: number;
  readonly failed?: number;
  readonly warning?: number;
  readonly moveOriginatorAe?: string;
  readonly moveOriginatorMessageId?: number;
}

interface Row {
  readonly element: number;
  readonly vr: 'UI' | 'US' | 'AE' | 'LO' | 'AT';
  readonly key: keyof Command;
}

/** Elements of the group in ascending order, as they are written. @source PS3.7 E.1 */
const ELEMENTS: readonly Row[] = [
  { element: 0x0002, vr: 'UI', key: 'affectedSopClassUid' },
  { element: 0x0003, vr: 'UI', key: 'requestedSopClassUid' },
  { element: 0x0100, vr: 'US', key: 'commandField' },
  { element: 0x0110, vr: 'US', key: 'messageId' },
  { element: 0x0120, vr: 'US', key: 'messageIdRespondedTo' },
  { element: 0x0600, vr: 'AE', key: 'moveDestination' },
  { element: 0x0700, vr: 'US', key: 'priority' },
  { element: 0x0800, vr: 'US', key: 'dataSetType' },
  { element: 0x0900, vr: 'US', key: 'status' },
  { element: 0x0901, vr: 'AT', key: 'offendingElement' },
  { element: 0x0902, vr: 'LO', key: 'errorComment' },
  { element: 0x0903, vr: 'US', key: 'errorId' },
  { element: 0x1000, vr: 'UI', key: 'affectedSopInstanceUid' },
  { element: 0x1001, vr: 'UI', key: 'requestedSopInstanceUid' },
  { element: 0x1002, vr: 'US', key: 'eventTypeId' },
  { element: 0x1005, vr: 'AT', key: 'attributeIdentifierList' },
  { element: 0x1008, vr: 'US', key: 'actionTypeId' },
  { element: 0x1020, vr: 'US', key: 'remaining' },
  { element: 0x1021, vr: 'US', key: 'completed' },
  { element: 0x1022, vr: 'US', key: 'failed' },
  { element: 0x1023, vr: 'US', key: 'warning' },
  { element: 0x1030, vr: 'AE', key: 'moveOriginatorAe' },
  { element: 0x1031, vr: 'US', key: 'moveOriginatorMessageId' },
];
const BY_ELEMENT: ReadonlyMap<number, Row> = new Map(ELEMENTS.map((row) => [row.element, row]));

const invalid = (what: string): Error => violation(what, ABORT_REASON.invalidParameter);

const text = (bytes: Buffer, from: number, to: number): string => {
  let end = to;
  while (end > from && (bytes[end - 1] === 0 || bytes[end - 1] === 0x20)) end -= 1;
  return bytes.toString('latin1', from, end);
};

const readValue = (row: Row, bytes: Buffer, from: number, to: number): string | number | readonly number[] => {
  if (row.vr === 'US') {
    if (to - from < 2) throw invalid('command element too short');
    return bytes.readUInt16LE(from);
  }
  if (row.vr !== 'AT') return row.vr === 'UI' ? text(bytes, from, to) : text(bytes, from, to).trimStart();
  const tags: number[] = [];
  for (let at = from; at + 4 <= to; at += 4) tags.push(bytes.readUInt16LE(at) * 65_536 + bytes.readUInt16LE(at + 2));
  return tags;
};

/**
 * Reads one command set.
 * @throws {ApplianceError} ASSOCIATION_PROTOCOL for broken lengths, foreign groups, or no Command Field
 * @source PS3.7 6.3.1
 */
export const decodeCommand = (bytes: Buffer): Command => {
  const found: Record<string, string | number | readonly number[]> = {};
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < 8) throw invalid('command set cut short');
    if (bytes.readUInt16LE(at) !== 0) throw invalid('command set with a foreign group');
    const from = at + 8;
    const to = from + bytes.readUInt32LE(at + 4);
    if (to > bytes.length) throw invalid('command element longer than the command set');
    const row = BY_ELEMENT.get(bytes.readUInt16LE(at + 2));
    // An empty value says nothing.
    if (row !== undefined && to > from) found[row.key] = readValue(row, bytes, from, to);
    at = to;
  }
  if (found['commandField'] === undefined) throw invalid('command set without Command Field');
  found['dataSetType'] ??= NO_DATA_SET;
  return found as unknown as Command;
};

const valueBytes = (row: Row, value: string | number | readonly number[]): number => {
  if (row.vr === 'US') return 2;
  if (row.vr === 'AT') return (value as readonly number[]).length * 4;
  const length = (value as string).length;
  return length + (length & 1);
};

const writeValue = (row: Row, value: string | number | readonly number[], out: Buffer, at: number, length: number): void => {
  if (row.vr === 'US') out.writeUInt16LE(value as number, at);
  else if (row.vr === 'AT') {
    (value as readonly number[]).forEach((tag, index) => {
      out.writeUInt16LE(Math.floor(tag / 65_536), at + index * 4);
      out.writeUInt16LE(tag & 0xffff, at + index * 4 + 2);
    });
  } else {
    const string = value as string;
    out.write(string, at, 'latin1');
    if (string.length < length) out[at + string.length] = row.vr === 'UI' ? 0 : 0x20;
  }
};

/** Writes one command set with its group length; elements in ascending order. @source PS3.7 6.3.1 */
export const encodeCommand = (command: Command): Buffer => {
  let bytes = 0;
  for (const row of ELEMENTS) {
    const value = command[row.key];
    if (value !== undefined) bytes += 8 + valueBytes(row, value);
  }
  const out = Buffer.alloc(12 + bytes);
  out.writeUInt32LE(4, 4);
  out.writeUInt32LE(bytes, 8);
  let at = 12;
  for (const row of ELEMENTS) {
    const value = command[row.key];
    if (value === undefined) continue;
    const length = valueBytes(row, value);
    out.writeUInt16LE(row.element, at + 2);
    out.writeUInt32LE(length, at + 4);
    writeValue(row, value, out, at + 8, length);
    at += 8 + length;
  }
  return out;
};
