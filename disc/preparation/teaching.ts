/**
 * Teaching copies: what is held back until a person has looked at it, and the de-identified file of what is not.
 * Everything a disc shows of an instance comes from the new file, so that nothing of the stored one is left over.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import { readAttributes } from '../../dicom/attributes.ts';
import type { IndexedAttributes } from '../../dicom/attributes.ts';
import type { Deidentifier } from '../../dicom/deidentify/deidentify.ts';
import { HOLD_REASONS, holdFacts, reasonsToHold } from '../../dicom/deidentify/hold-back.ts';
import type { HoldReason } from '../../dicom/deidentify/hold-back.ts';
import { readHead } from '../../dicom/data-set/stored-data-set.ts';
import { ApplianceError } from '../../infra/errors.ts';

/** How the teaching copies of one order are made. */
export interface Teaching {
  readonly deidentifier: Deidentifier;
  /** Instances that a person has looked at. */
  readonly released: ReadonlySet<number>;
  /** Left off whatever was released since: the disc is made again as it was. */
  readonly keptOff: ReadonlySet<number>;
}

/** Why a person must look at a stored instance first; empty when the profile alone is enough. @throws INTAKE_CANNOT_UNDERSTAND, errors of the file system */
export const holdReasonsOf = async (file: string): Promise<readonly HoldReason[]> => reasonsToHold(holdFacts(await readHead(file)));

/** The same for many, one after the other; what cannot be read is held back as unsearchable. */
export const holdReasonsAmong = async (storeDirectory: string, instances: readonly VolumeInstance[]): Promise<ReadonlyMap<number, readonly { readonly code: HoldReason; readonly text: string }[]>> => {
  const found = new Map<number, readonly { readonly code: HoldReason; readonly text: string }[]>();
  for (const { instanceId, file } of instances) {
    const reasons = await holdReasonsOf(join(storeDirectory, file.path)).catch((): readonly HoldReason[] => ['unsearchable']);
    found.set(instanceId, reasons.map((code) => ({ code, text: HOLD_REASONS[code] })));
  }
  return found;
};

/** One sentence for the report of an order and for the disc. */
export const heldBackText = (reasons: readonly HoldReason[]): string => `held back until a person has looked at it: ${reasons.map((reason) => HOLD_REASONS[reason]).join(' ')}`;

/** What of an instance may be told on a teaching disc that it is not on: nothing but UIDs of the disc. */
export const anonymousAttributes = (attributes: IndexedAttributes, { uidFor }: Pick<Deidentifier, 'uidFor'>): IndexedAttributes => ({
  ...attributes, specificCharacterSet: [], patientId: '', issuerOfPatientId: '', patientName: '', patientBirthDate: '', patientSex: '',
  studyInstanceUid: uidFor(attributes.studyInstanceUid), studyDate: '', studyTime: '', studyId: '', studyDescription: '', accessionNumber: '', referringPhysicianName: '', institutionName: '',
  seriesInstanceUid: uidFor(attributes.seriesInstanceUid), seriesDescription: '', seriesDate: '', stationName: '', sopInstanceUid: uidFor(attributes.sopInstanceUid), contentDate: '', contentTime: '',
});

const FIRST_READ_BYTES = 64 * 1024;
const GROWTH = 8;

/** Reads the indexed attributes of a file that we made. @throws {ApplianceError} DISC_DEIDENTIFY_FAILED when it does not read back */
export const attributesOf = async (file: string, { bytes, dataSetOffset, transferSyntaxUid }: { readonly bytes: number; readonly dataSetOffset: number; readonly transferSyntaxUid: string }): Promise<IndexedAttributes> => {
  const handle = await open(file, 'r');
  try {
    for (let length = FIRST_READ_BYTES; ; length *= GROWTH) {
      const wanted = Math.min(length, bytes - dataSetOffset);
      const head = Buffer.alloc(wanted);
      const { bytesRead } = await handle.read(head, 0, wanted, dataSetOffset);
      const isWhole = wanted === bytes - dataSetOffset;
      const read = readAttributes(head.subarray(0, bytesRead), transferSyntaxUid, isWhole);
      if (read.status === 'ok') return read.attributes;
      if (read.status === 'unreadable' || isWhole) throw new ApplianceError('DISC_DEIDENTIFY_FAILED', 'the de-identified file does not read back');
    }
  } finally {
    await handle.close();
  }
};
