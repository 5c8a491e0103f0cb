/** How prepared files take the place of stored ones on a disc, and what is said of it. Pure. */
import { join } from 'node:path';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import type { ReportEntry } from '../../catalog/books/order-book.ts';
import { transferSyntaxByUid } from '../../dicom/tables/transfer-syntaxes.ts';
import type { PlacedInstance } from '../file-set.ts';
import type { PreparationLine, PreparedFile } from './preparation-book.ts';

/** The instance with the file that goes on the disc; the path of a prepared one is absolute. */
export const asPrepared = (instance: VolumeInstance, line: PreparationLine | undefined, folder: string): VolumeInstance => {
  const told = line?.attributes === undefined ? instance : { ...instance, attributes: line.attributes };
  if (line?.kind !== 'converted') return told;
  const { bytes, dataSetOffset, dataSetSha256, transferSyntaxUid } = line;
  return { ...told, file: { path: join(folder, line.name), bytes, dataSetOffset, dataSetSha256, transferSyntaxUid } };
};

const syntaxName = (uid: string): string => transferSyntaxByUid.get(uid)?.name ?? uid;
const PIXELS = { untouched: 'pixel data unchanged', identical: 'pixels identical', 'lossy-decoded': 'decoded from lossy compression' } as const;
const changeOf = ({ fromSyntaxUid, transferSyntaxUid, pixels, attributes }: PreparedFile): string => [
  ...(attributes === undefined ? [] : ['de-identified']),
  ...(attributes !== undefined && fromSyntaxUid === transferSyntaxUid ? [] : [`converted from ${syntaxName(fromSyntaxUid)} to ${syntaxName(transferSyntaxUid)}`]), PIXELS[pixels],
].join(', ');
/** A teaching disc does not tell the digest of what it was made from: whoever holds the original could find it by that. */
const originOf = (line: PreparedFile): string => (line.attributes === undefined ? `made from a data set with SHA-256 ${line.sourceSha256}: ${changeOf(line).replace(/^converted /, '')}` : changeOf(line));

export interface Conversions {
  /** What each converted file was made from, by its path on the disc. */
  readonly origins: ReadonlyMap<string, string>;
  /** One entry per series and kind of conversion. */
  readonly report: readonly ReportEntry[];
}

/** What was converted among the instances of a disc. */
export const conversionsOn = (placed: readonly PlacedInstance[], lines: ReadonlyMap<number, PreparationLine>): Conversions => {
  const origins = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { instance, fileId } of placed) {
    const line = lines.get(instance.instanceId);
    if (line?.kind !== 'converted') continue;
    origins.set(fileId.join('/'), originOf(line));
    const of = `of series ${instance.attributes.seriesInstanceUid} ${changeOf(line)}`;
    counts.set(of, (counts.get(of) ?? 0) + 1);
  }
  return { origins, report: [...counts].map(([of, count]): ReportEntry => ({ kind: 'converted', reason: `${count} ${count === 1 ? 'instance' : 'instances'} ${of}` })) };
};
