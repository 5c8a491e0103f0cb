/** The Part 10 header of a converted instance: ours, with the AE titles that the source's header named. */
import { open } from 'node:fs/promises';
import { text, trimPadding } from '../data-set/data-set.ts';
import type { DataSet } from '../data-set/data-set.ts';
import { encodeFileMeta, readFileMeta } from '../data-set/part10.ts';
import { decoderFor } from '../data-set/text-decoder.ts';
import { topLevel } from '../data-set/top-level.ts';
import { TAG } from '../tables/tags.ts';
import { damaged, readingSource } from './source.ts';
import type { Source } from './source.ts';

const decode = decoderFor([]);
/** Bound of a header that we read; ours has some hundred bytes. */
const META_LIMIT_BYTES = 64 * 1024;

const readMeta = async (source: Source): Promise<DataSet> => {
  const handle = await open(source.file, 'r');
  try {
    const length = Math.min(source.dataSetOffset, META_LIMIT_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return { elements: length === 0 ? new Map() : readFileMeta(buffer.subarray(0, bytesRead)).elements, end: 0, complete: true };
  } finally {
    await handle.close();
  }
};

/** Class and instance as the data set says, which counts more than what a header says. */
const identity = async (source: Source): Promise<DataSet | undefined> => {
  const first = readingSource(source, 0, async function* (from) {
    for await (const stretch of topLevel(from.stream, from.encoding)) if (stretch.kind === 'elements') yield stretch.elements;
  });
  for await (const elements of first) return { elements: new Map(elements.map((element) => [element.tag, element])), end: 0, complete: true };
  return undefined;
};

/**
 * Makes the header of the instance for another transfer syntax.
 * @throws {ApplianceError} TRANSCODE_FAILED when the source does not say its SOP class and instance
 * @source PS3.10 7.1
 */
export const newHeader = async (source: Source, transferSyntaxUid: string): Promise<Buffer> => {
  const meta = await readMeta(source);
  const dataSet = await identity(source);
  const said = (from: DataSet | undefined, tag: number): string => (from === undefined ? '' : trimPadding(text(from, tag, decode)));
  const sopClassUid = said(dataSet, TAG.SOPClassUID) || said(meta, TAG.MediaStorageSOPClassUID);
  const sopInstanceUid = said(dataSet, TAG.SOPInstanceUID) || said(meta, TAG.MediaStorageSOPInstanceUID);
  if (sopClassUid === '' || sopInstanceUid === '') throw damaged('The data set names no SOP class or instance');
  return encodeFileMeta({
    sopClassUid, sopInstanceUid, transferSyntaxUid,
    sourceAe: said(meta, TAG.SourceApplicationEntityTitle), sendingAe: said(meta, TAG.SendingApplicationEntityTitle), receivingAe: said(meta, TAG.ReceivingApplicationEntityTitle),
  });
};
