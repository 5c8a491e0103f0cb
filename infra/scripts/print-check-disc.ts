/** Prints docs/CHECK-DISC.md from the table of checks; `--check` compares it with the one on disk. */
import { DISC_CHECKS } from '../../disc/tables/disc-checks.ts';
import type { CheckSubject, DiscCheckRow } from '../../disc/tables/disc-checks.ts';
import { generatedBy, markdownTable, printDocument } from './generated-doc.ts';

const SUBJECTS: Readonly<Record<CheckSubject, string>> = {
  disc: 'Every disc', iso: 'Discs with ISO 9660', joliet: 'Discs with Joliet', udf: 'Discs with UDF', bridge: 'Discs with ISO 9660 and UDF',
  dicomdir: 'Discs with a DICOMDIR', manifest: 'Discs with SHA256.TXT', plan: 'Discs of ours, before they are burned', sealed: 'Encrypted discs of ours, before they are burned',
};

const rows: readonly DiscCheckRow[] = DISC_CHECKS;
const chapter = (subject: CheckSubject): string => `### ${SUBJECTS[subject]}\n\n${markdownTable(
  ['check', 'what must be true', 'else', 'what to do', 'source'],
  rows.filter((row) => row.subject === subject).map((row) => [`\`${row.id}\``, row.title, subject === 'plan' || subject === 'sealed' ? 'not burned' : row.level, row.advice, row.source]),
)}`;

/** Checks with which a disc of ours is burned all the same: they tell of the instances, which are not ours to change. */
const tolerated = rows.filter((row) => !row.refuses).map(({ id }) => `\`${id}\``).join(', ');

await printDocument('docs/CHECK-DISC.md', `${generatedBy('print-check-disc.ts')}
# Checking discs

The checks that every disc of ours must pass before it is burned run on any disc of any maker:

\`\`\`sh
npm run check-disc -- FOLDER|IMAGE|DEVICE [--json] [--thorough] [--seconds N]
\`\`\`

FOLDER is a disc that was copied or mounted, IMAGE a file with the bytes of one, DEVICE a drive such as \`/dev/sr0\`. Nothing is written. Findings come by level, each with what to do; \`--json\` gives all of them in a form for programs (with \`npm run --silent\`, so that npm adds no lines of its own). \`--thorough\` reads every byte of every file even where the disc has no SHA256.TXT to compare with.

| exit code | meaning |
| --- | --- |
| 0 | no errors; there may be warnings and notes |
| 1 | errors |
| 2 | cannot be read: no such path, no ISO 9660 and no UDF, the drive gives up, or the command was called wrongly |

An **error** can cost images, or shows other images than the directory says. A **warning** can trouble some readers. A **note** is worth knowing. Texts name paths, numbers and UIDs of the disc and no patient.

Damaged discs end with a report too: loops, cut files, impossible lengths and undefined lengths without end are findings. A check stops reading files after \`--seconds\` (3,600 without it) and is abandoned half a minute later; its memory is limited.

## What is read

- ISO 9660 levels 1 to 3 with Joliet; Rock Ridge is not looked at. Of several sessions the first descriptors count.
- UDF 1.02 to 2.60 with 2,048 bytes a block, in physical and metadata partitions. Virtual and sparable partitions, which only discs under rewriting have, are named and refused.
- Of a bridge both trees, which must hold the same files: at the same place or with the same bytes. The files are judged under their UDF names.
- DICOMDIR in any uncompressed syntax, though only Explicit VR Little Endian is right.
- In a folder, names in lower case, with a version or with a dot at the end are found and reported.
- File contents: file meta information, the head of the data set, and the structure of the data set to the end of the file. Pixels are not decoded.

## What is checked

A disc of ours is not burned when any of these fails, but for ${tolerated}. The outcome of every check is kept with the volume as its **certificate** (\`/api/v1/discs/{serial}/certificate\`), together with digest, counts, what was left out and why, and the version of the product. The code on the label, ten characters in base 32 without I, L, O and U, is the first 50 bits of the SHA-256 of the certificate: its JSON without \`shortCode\`, keys sorted, without spaces.

${(Object.keys(SUBJECTS) as readonly CheckSubject[]).map(chapter).join('\n\n')}

## What it found on sets of others

Public test sets, checked as folders; the tests hold these figures. All of them lack README.TXT and INDEX.HTM.

| set | found |
| --- | --- |
| 11 images of 11 patients in 11 character sets | the offset of the last root record leads to another one (warning); several patients (note) |
| 31 images of 2 patients | clean but for 9 preambles that are neither empty nor TIFF, and several patients (notes) |
| the same with its records in another order | as before: the order is free |
| the same with a directory in Implicit VR or Big Endian | one error each, the syntax; all 31 images are found |
| the same with an empty directory | 31 files that nothing references |
| the same with a record that lacks its offsets | the record, and a sequence that cannot be followed |
| the same with a patient record missing | the files below it, which nothing references |
| all seven directories side by side | six directories too many |
| a directory of a trade fair disc without its files | 803 missing files, and two series with two records each |
| an image of genisoimage (ISO 9660, Joliet, UDF 1.02) | \`LINUX\` as system identifier; main and reserve UDF descriptors differ in the volume set identifier (warnings) |
| a set of dcmmkdir, a set of pydicom | no error |
`, 'print-check-disc.ts');
