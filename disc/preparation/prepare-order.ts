/**
 * Makes the files of an order that cannot go on a disc as stored, before its volumes are planned: a plan needs exact sizes.
 * Stored files are only read, and only used when they still are what was stored.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import type { Transcoder } from '../../dicom/transcoder.ts';
import { inLanes } from '../../infra/in-lanes.ts';
import type { ContentOptions } from '../order/content.ts';
import { isWhole } from './book.ts';
import { fitFile } from './fit-file.ts';
import { preparationBook } from './preparation-book.ts';
import type { PreparationLine } from './preparation-book.ts';
import { requireAsStored } from './require-as-stored.ts';
import { teach } from './teach.ts';
import type { Teaching } from './teaching.ts';

export interface PrepareRequest {
  readonly instances: readonly VolumeInstance[];
  readonly content: ContentOptions;
  readonly storeDirectory: string;
  /** Folder of the order below the spool. */
  readonly folder: string;
  readonly transcoder: Transcoder;
  /** Needed for teaching copies, and for them only. */
  readonly teaching?: Teaching;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Files in work at the same time; the codec has threads of its own. */
const LANES = 3;

/** Decides about one instance and does it; undefined when it goes on as stored. */
const prepare = async (instance: VolumeInstance, request: PrepareRequest): Promise<PreparationLine | undefined> => {
  const { instanceId, attributes: { sopClassUid }, file: { path, dataSetOffset, dataSetSha256: sourceSha256, transferSyntaxUid } } = instance;
  const { teaching, content, transcoder, signal } = request;
  const file = join(request.storeDirectory, path);
  if (teaching) {
    await requireAsStored(file, instance);
    return teach(instance, teaching, request);
  }
  const name = `i${instanceId}`;
  const fitted = await fitFile({ sopClassUid, from: { file, dataSetOffset, transferSyntaxUid }, target: join(request.folder, name), content, transcoder, signal, requireSource: () => requireAsStored(file, instance) });
  switch (fitted.kind) {
    case 'as-stored': return undefined;
    case 'outside': case 'leave-off': return { instanceId, kind: fitted.kind, sourceSha256, reason: fitted.reason };
    case 'converted': return { instanceId, kind: 'converted', sourceSha256, name, ...fitted.made, fromSyntaxUid: transferSyntaxUid };
    default: return fitted satisfies never;
  }
};

/** A person may have released something or taken it back since; what was left off is decided again, which costs little. */
const isStillFree = (line: PreparationLine, { teaching }: PrepareRequest): boolean =>
  teaching === undefined || (line.kind === 'converted' && (line.needsRelease !== true || teaching.released.has(line.instanceId)));

const isStillGood = async (line: PreparationLine | undefined, { file }: VolumeInstance, folder: string): Promise<boolean> =>
  line !== undefined && line.sourceSha256 === file.dataSetSha256 && (line.kind !== 'converted' || await isWhole(folder, line));

/**
 * Prepares every instance of an order; what an earlier run made is used again. Answers what is not put on as stored.
 * @throws {ApplianceError} DISC_SOURCE_LOST; the codes of the transcoder that say the disk or the process is at fault.
 *   An abort throws the reason of the signal.
 */
export const prepareOrder = async (request: PrepareRequest): Promise<ReadonlyMap<number, PreparationLine>> => {
  const { instances, folder, signal, onProgress } = request;
  if ((request.content.copyType === 'teaching') !== (request.teaching !== undefined)) throw new TypeError('teaching copies are de-identified, and nothing else is');
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const before = await preparationBook.read(folder);
  const lines = new Map<number, PreparationLine>();
  let done = 0;
  await inLanes(instances, LANES, signal, async (instance) => {
    const known = before.get(instance.instanceId);
    const isKnown = known !== undefined && isStillFree(known, request) && await isStillGood(known, instance, folder);
    const line = isKnown ? known : await prepare(instance, request);
    if (line !== undefined) lines.set(instance.instanceId, line);
    if (line !== undefined && !isKnown) await preparationBook.note(folder, line);
    done += 1;
    onProgress(done, instances.length);
  });
  return lines;
};
