/**
 * The gate: reads a finished image back by code that shares nothing with the writer but tables, and says whether it may be burned.
 * Checks both trees, every name, every directory record and offset, every file against the plan and the manifest.
 * @source PS3.10 7–8; PS3.3 F.3–F.4; PS3.12 Annex F; ECMA-119
 */
import { UID } from '../dicom/tables/uids.ts';
import { checkFiles, checkJoliet, checkManifest, checkNames } from './gate/check-files.ts';
import { checkRecords, checkUnique } from './gate/check-records.ts';
import type { GateInput } from './gate/gate-input.ts';
import { noDirectory, readDicomdir } from './reader/dicomdir-reader.ts';
import type { Directory } from './reader/dicomdir-reader.ts';
import { openImage, readIsoVolume, SECTOR } from './reader/iso9660-reader.ts';
import { readLabelFacts } from './reader/label-facts.ts';
import type { LabelFacts } from './reader/label-facts.ts';

export interface GateResult {
  readonly isAccepted: boolean;
  /** Codes and File IDs; no patient data. Empty when accepted. */
  readonly problems: readonly string[];
  readonly counts: { readonly files: number; readonly directories: number; readonly records: number; readonly instances: number; readonly bytesCompared: number };
  /** What the label must show, as it stands on the volume. */
  readonly label: LabelFacts;
}

/** Garbage can bring more problems than a call takes arguments. */
const addAll = (problems: string[], more: readonly string[]): void => { for (const problem of more) problems.push(problem); };

/** Some hundred bytes a record: more than any disc needs, so that a wrong size cannot take all memory. */
const MAX_DICOMDIR_BYTES = 1 << 30;

/**
 * Reads the image back and judges it. Never throws for a bad image; the caller refuses when `isAccepted` is false.
 * @throws {ApplianceError} DISC_IMAGE_FAILED when the file cannot be read at all
 */
export const checkVolume = async (input: GateInput): Promise<GateResult> => {
  const image = openImage(input.imageFile);
  try {
    const problems: string[] = [];
    if (image.bytes !== input.bytes) problems.push(`the image has ${image.bytes} bytes, ${input.bytes} were written`);
    const volume = readIsoVolume(image);
    addAll(problems, volume.problems);
    if (volume.systemId.trim() !== '') problems.push('the system identifier is not blank');
    if (volume.volumeId !== input.fileSetId.padEnd(32, ' ')) problems.push('the volume identifier is not the File-set ID');

    const files = new Map(volume.primary.filter((entry) => !entry.isDirectory).map((entry) => [entry.path, entry]));
    checkNames(volume.primary, problems);
    checkJoliet(volume.primary, volume.joliet, problems);
    await checkFiles(input, image, files, problems);
    checkManifest(input, image, files, problems);

    const dicomdir = files.get('DICOMDIR');
    const directory: Directory = !dicomdir ? noDirectory('there is no DICOMDIR') : dicomdir.bytes > MAX_DICOMDIR_BYTES ? noDirectory('the DICOMDIR is too large to be read') : readDicomdir(image.read(dicomdir.sector * SECTOR, dicomdir.bytes));
    addAll(problems, directory.problems);
    if (directory.fileSetId !== input.fileSetId) problems.push('the DICOMDIR names another File-set ID');
    if (directory.fileSetUid !== input.fileSetUid) problems.push('the DICOMDIR names another File-set UID');
    if (directory.transferSyntaxUid !== UID.explicitLittleEndian) problems.push('the DICOMDIR is not in Explicit VR Little Endian');
    if (directory.sopClassUid !== UID.mediaStorageDirectory) problems.push('the DICOMDIR has another SOP class');
    const heads = checkRecords(input, image, files, directory, problems);
    checkUnique(directory, problems);

    return {
      isAccepted: problems.length === 0, problems,
      counts: {
        files: files.size, directories: volume.primary.length - files.size, records: directory.records.length, instances: heads.length,
        bytesCompared: input.files.reduce((sum, file) => sum + file.bytes, 0),
      },
      label: readLabelFacts(heads),
    };
  } finally {
    image.close();
  }
};
