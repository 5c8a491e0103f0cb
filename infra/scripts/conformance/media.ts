/** Chapter 4 of the conformance statement: what a disc is, and what is said where it is less. */
import { transferSyntaxByUid } from '../../../dicom/tables/transfer-syntaxes.ts';
import { APPLICATION_PROFILES } from '../../../disc/tables/application-profiles.ts';
import type { ApplicationProfileRow, ImageLimits } from '../../../disc/tables/application-profiles.ts';
import { DIRECTORY_RECORDS } from '../../../disc/tables/directory-records.ts';
import type { DirectoryKey, DirectoryRecordRow } from '../../../disc/tables/directory-records.ts';
import { fileSystem, MEDIA_TYPES } from '../../../disc/tables/media-types.ts';
import { PROFILE_KEYS } from '../../../disc/tables/profile-keys.ts';
import { sopClassByUid } from '../../../dicom/tables/sop-classes.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { markdownTable } from '../generated-doc.ts';

const KEYWORDS: ReadonlyMap<number, string> = new Map(Object.entries(TAG).map(([keyword, tag]) => [tag, keyword]));
const keywordOf = (tag: number): string => KEYWORDS.get(tag) ?? tag.toString(16).toUpperCase().padStart(8, '0');

const FILLS: Readonly<Record<string, string>> = {
  number: 'smallest free number among its siblings',
  'from-uid': 'SPINDLE- and eight hexadecimal digits derived from the Study Instance UID',
  date: 'next best date of the instance, else 19000101',
  time: 'time that belongs to that date, else 000000',
  mime: 'what the SOP class implies',
};

const fillText = ({ fill }: DirectoryKey): string => FILLS[fill] ?? `the value ${fill.slice(1)}`;

const mandatory = (row: DirectoryRecordRow, wanted: (key: DirectoryKey) => boolean): string =>
  row.keys.filter((key) => key.type === '1' && wanted(key)).map((key) => (key.fill === 'none' ? keywordOf(key.tag) : `${keywordOf(key.tag)} (${fillText(key)})`)).join('; ');

const classNames = (uids: readonly string[]): string => uids.map((uid) => sopClassByUid.get(uid)?.name ?? uid).join(', ');

const limitText = ({ classes, modality, rows, columns, samples, bitsAllocated, bitsStored, isFilled, isLow, isUnsigned, hasNoOverlays, photometric, frames, regions }: ImageLimits): string => {
  const said = [
    modality && `Modality ${modality}`, rows && `at most ${rows} rows`, columns && `at most ${columns} columns`, samples && `${samples} sample per pixel`,
    photometric && `Photometric Interpretation ${Object.entries(photometric).map(([name, uids]) => (uids === '' ? name : `${name} (${uids.map((uid) => transferSyntaxByUid.get(uid)?.name ?? uid).join(', ')})`)).join(', ')}`,
    bitsAllocated && `Bits Allocated ${bitsAllocated.join(' or ')}`, bitsStored && `Bits Stored ${bitsStored.join(', ')}`, isFilled && 'Bits Stored as Bits Allocated', isLow && 'High Bit below Bits Stored', isUnsigned && 'unsigned', hasNoOverlays && 'no overlays',
    frames === 'single' && 'single frames', regions && `regions calibrated in ${regions}`,
  ].filter((part) => typeof part === 'string');
  return `${classes ? `${classNames(classes)}: ` : ''}${said.join(', ')}`;
};

const iconText = ({ icon }: ApplicationProfileRow): string => (icon ? `${icon.side} x ${icon.side}, ${icon.isRequired ? 'demanded' : 'where the pixels can be shown'}` : '');

const keyText = ({ tag, type, group, when }: DirectoryKey): string =>
  `${keywordOf(tag)} ${type}${group === undefined ? '' : ' (also of Shared Functional Groups)'}${when === undefined ? '' : when === 'biplane' ? ' (XA of one of two planes)' : ' (XA)'}`;

const keyRows = (): readonly (readonly string[])[] => PROFILE_KEYS.flatMap(({ id, records, source }) => Object.entries(records).map(([record, keys]) => [id, record, keys.map(keyText).join('; '), source]));

/** The whole chapter. @source PS3.2 Annex A, PS3.10, PS3.11 Annex D */
export const mediaStorage = (): string => [
  'Role: **File-set creator**, interchange option. Discs are written once, finalized, one file-set each; nothing is updated and nothing is read in from media. An order that needs several discs makes several independent file-sets, split at series borders where possible.',
  '### 4.1 Application profiles',
  markdownTable(['profile', 'media', 'transfer syntax', 'keys (4.4)', 'icons of images', 'source'], APPLICATION_PROFILES.map((row) => [row.id, row.media.join(', '), row.transferSyntaxes.map((uid) => transferSyntaxByUid.get(uid)?.name ?? uid).join(', '), row.extraKeys === 'none' ? '' : row.extraKeys, iconText(row), row.source])),
  'What these profiles ask of attribute values is judged from the head of each instance:',
  markdownTable(['profile', 'attribute values'], APPLICATION_PROFILES.filter(({ images }) => images !== undefined).map((row) => [row.id, (row.images ?? []).map(limitText).join('; or ')])),
  'A disc claims a profile only when every instance on it obeys it. Instances in other transfer syntaxes are converted before, to one that the profile takes for their photometric interpretation (without one asked for: Explicit VR Little Endian), from one compression to another by way of native pixels, except on legal copies, which hold every byte as received. What cannot be converted, such as video, is written as it is held, or left off where the order says so; a disc with such an instance claims no profile, and each of them is named as *outside-profile* in the report of the order, in README.TXT and in INDEX.HTM. Other media than those of the table claim no profile.',
  '### 4.2 Physical media and file system',
  markdownTable(['medium', 'sectors of 2,048 bytes that are used at most', 'file system', 'source'], MEDIA_TYPES.filter(({ media }) => media !== 'USB').map((row) => [row.media, row.sectors.toLocaleString('en-US'), fileSystem(row.fileSystem).name, row.source])),
  'For USB the files of the file-set are delivered as a folder or in a ZIP; which stick and file system carries them is the business of whoever copies them there. No file is longer than FAT takes.',
  'The volume identifier is the File-set ID, in every tree and in the logical volume identifier of UDF; BD is BD-R. All trees of a disc name the same extents. UDF volumes are closed and read-only, in one partition of access type 1 without space bitmaps, with unique ids, times in UTC, owners unspecified, permissions 644 and 755, and the developer identifier `*Spindle`. The metadata partition of a Blu-ray disc has a mirror with a copy of its own; neither virtual allocation tables nor sparing tables are written. UDF 2.60 volumes say that they can be read by UDF 2.50. Names obey Joliet on every medium: at most 62 characters of the Basic Multilingual Plane (64 for directories), 8 levels.',
  'An image ends with 150 blank sectors on a CD and is a multiple of 32 sectors on the others, the last of which is an anchor. On a rewritable disc that is larger than the image, the anchors at the end of the image are not those at the end of the medium. No disc has been burned with UDF yet; images are read back by a Linux kernel, libudfread, 7-Zip, udftools and udfclient.',
  '### 4.3 File-set',
  'DICOMDIR in the root, instance files under `DICOM/` with File IDs of at most 8 components of at most 8 characters of A-Z 0-9 _. Beside them README.TXT, INDEX.HTM and SHA256.TXT (SHA-256 of every other file), which no directory record references. File names carry no patient data.',
  'An instance is **left off**, and named in the report, when its SOP class is private, unknown, or has no current directory record (7.1), when its file has 4 GiB or more and the medium is a CD or DVD, or when a mandatory key without a stand-in (4.4) has no value. An order of which nothing is left fails.',
  'Before a disc is burned the finished image is read back by code that shares nothing with the writer: names, both trees, every byte by its digest, every directory record against its file. An image that is refused is never burned. Labels are printed from what was read back.',
  'A **teaching copy** holds instances de-identified by the Basic Application Level Confidentiality Profile (PS3.15 E) with the options of the setting `teachingOptions`; the same order gives the same UIDs on all its discs and whenever they are made again. Its directory and pages are made from the new instances. Held back until a person released them: images whose Burned In Annotation is not NO, or that say the patient can be recognized; captured screens, video, reports, documents, presentation states, raw and private data; icons are removed.',
  'An **encrypted disc** holds one ZIP (AES-256, WinZip AE-2), or the DICOMDIR and every instance as Secure DICOM Files (PS3.15 D.1: CMS EnvelopedData with AES-256-CBC over DigestedData with SHA-256, RSA key transport), with two pages that tell how to open it. It claims no profile.',
  '### 4.4 Directory records',
  'Where an instance has no value for a mandatory key, a stand-in is written into the directory record only; the instance keeps its bytes and the report names it as *filled*.',
  markdownTable(['record', 'under', 'mandatory keys with stand-in', 'mandatory keys without', 'source'], DIRECTORY_RECORDS.map((row: DirectoryRecordRow) => [row.record, row.under, mandatory(row, (key) => key.fill !== 'none'), mandatory(row, (key) => key.fill === 'none'), row.source])),
  'The profile that a disc is made for adds keys. One that it demands (type 1) is never invented: an instance that lacks it breaks the profile, and the disc claims none. Keys of patients and series come from whichever instance has them.',
  markdownTable(['keys', 'record', 'added keys with their types', 'source'], keyRows()),
  'Icons are MONOCHROME2 with 8 bits, made from the frame that Representative Frame Number names, else from one after a third of the frames; windows, lookup tables and palettes are applied, overlays are not.',
  'On a **legal copy**, and only there, objects of retired, private and unknown SOP classes have records of type PRIVATE under their series, whose Private Record UID is the SOP Class UID; the disc then claims no profile.',
  'Instances whose record stands directly under the root carry no patient and lie in a folder of their own.',
].join('\n\n');
