/** What the pages of an encrypted disc say. One table a language; `{name}` is replaced. */

export interface OpeningTexts {
  readonly title: string;
  readonly lead: string;
  readonly passphraseHeading: string;
  readonly passphrase: string;
  readonly lost: string;
  readonly zip: { readonly heading: string; readonly steps: readonly string[]; readonly note: string };
  readonly cms: { readonly heading: string; readonly steps: readonly string[]; readonly note: string };
  readonly notice: string;
}

export const ENGLISH: OpeningTexts = {
  title: 'This disc is encrypted',
  lead: 'The images on this disc can be opened only by those who are allowed to see them.',
  passphraseHeading: 'The passphrase',
  passphrase: 'You got the passphrase apart from this disc. Capital and small letters differ; the hyphens belong to it.',
  lost: 'Nobody can open this disc without the passphrase. If you do not have it, ask {institution} for a new disc.',
  zip: {
    heading: 'How to open it',
    steps: [
      'Copy the file {file} from this disc to your computer.',
      'Open it with 7-Zip (Windows, free), Keka or The Unarchiver (Mac), or 7z (Linux). The Explorer of Windows alone cannot open it.',
      'Type the passphrase when the program asks for it, and choose a folder for the files.',
      'Open INDEX.HTM in that folder in a web browser, or import the folder, or its file DICOMDIR, into a DICOM viewer.',
      'Delete the folder when you no longer need it: the files in it are not encrypted.',
    ],
    note: 'The file is a ZIP archive with AES-256 encryption.',
  },
  cms: {
    heading: 'How to open it',
    steps: [
      'Start a DICOM system that reads discs of the DICOM media security profile and holds the private key of one of the recipients.',
      'Choose the drive of this disc.',
      'Without such a system: on any computer with OpenSSL, decrypt each file by openssl cms -decrypt -inform DER with the key and certificate of a recipient, or with -pwri_password and the passphrase where you got one.',
    ],
    note: 'Every file, the DICOMDIR too, is a Secure DICOM File: CMS EnvelopedData with AES-256.',
  },
  notice: 'The files of this disc are confidential medical records. Whoever finds this disc is asked to return it to {institution}.',
};
