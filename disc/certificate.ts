/**
 * The certificate of a volume: what was checked on the finished image and how it came out, with a short code for the label. Pure.
 * The same facts give the same code. Holds no patient data: counts, UIDs, digests.
 */
import { createHash } from 'node:crypto';
import type { ReportEntry } from '../catalog/books/order-book.ts';
import type { ProfileOption } from '../dicom/deidentify/choose-step.ts';
import type { Language } from './order/content.ts';
import type { CheckResult } from './reader/findings.ts';
import { discCheck } from './tables/disc-checks.ts';

/** What the pages of a disc say of its maker. */
export interface Imprint {
  readonly institution: string;
  readonly contact: string;
  readonly product: string;
  readonly language: Language;
  /** Pages for web browsers, where the order does not say. */
  readonly webContent: boolean;
  /** Of a teaching copy. */
  readonly teachingOptions?: readonly ProfileOption[];
}

/** Which viewer package is on a disc. */
export interface ViewerMark {
  readonly id: string;
  readonly version: string;
  readonly digest: string;
}

export interface CertificateFacts {
  /** Product name and version. */
  readonly product: string;
  /** What the pages of the disc say of its maker: needed to make the same disc again. */
  readonly imprint: Imprint;
  readonly volume: { readonly fileSetId: string; readonly fileSetUid: string; readonly index: number; readonly of: number; readonly media: string; readonly createdAt: Date };
  readonly image: { readonly bytes: number; readonly sha256: string };
  /** Claimed application profile, '' = none. */
  readonly profile: string;
  readonly checks: readonly CheckResult[];
  readonly counts: { readonly files: number; readonly directories: number; readonly records: number; readonly instances: number; readonly bytesCompared: number };
  readonly report: readonly ReportEntry[];
  /** Viewers on the disc, in their order. */
  readonly viewers?: readonly ViewerMark[];
}

export interface Certificate {
  readonly version: 1;
  readonly product: string;
  readonly imprint: Imprint;
  readonly volume: { readonly fileSetId: string; readonly fileSetUid: string; readonly index: number; readonly of: number; readonly media: string; readonly createdAt: string };
  readonly image: { readonly bytes: number; readonly sha256: string };
  readonly profile: string;
  readonly checks: readonly { readonly id: string; readonly title: string; readonly source: string; readonly outcome: CheckResult['outcome']; readonly findings: number }[];
  readonly counts: CertificateFacts['counts'];
  /** What is not on the disc, by reason. */
  readonly leftOut: readonly { readonly reason: string; readonly sopInstanceUids: readonly string[] }[];
  /** Viewers on the disc; absent where there are none. */
  readonly viewers?: readonly ViewerMark[];
  /** Ten characters that stand for all of the above. */
  readonly shortCode: string;
}

/** Digits and capitals without I, L, O and U, so that a code read from a label is not misread. @source Crockford, Base 32 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_CHARACTERS = 10;

/** JSON with sorted keys and without spaces: one text for one value. @source RFC 8785, for the values that occur here */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).filter(([, member]) => member !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
};

/** The short code of a certificate without it: the first 50 bits of its SHA-256. */
export const certificateCode = (certificate: Omit<Certificate, 'shortCode'>): string => {
  const bits = createHash('sha256').update(canonicalJson(certificate)).digest().readBigUInt64BE(0) >> 14n;
  return Array.from({ length: CODE_CHARACTERS }, (_, n) => ALPHABET[Number((bits >> BigInt(5 * (CODE_CHARACTERS - 1 - n))) & 31n)] ?? '').join('');
};

/** A code as a person reads it: two groups of five. */
export const shownCode = (code: string): string => `${code.slice(0, 5)}-${code.slice(5)}`;

const leftOutOf = (report: readonly ReportEntry[]): Certificate['leftOut'] => {
  const byReason = new Map<string, string[]>();
  for (const { kind, sopInstanceUid, reason } of report) {
    if (kind !== 'left-off') continue;
    const uids = byReason.get(reason) ?? [];
    byReason.set(reason, uids);
    if (sopInstanceUid !== undefined) uids.push(sopInstanceUid);
  }
  return [...byReason].map(([reason, sopInstanceUids]) => ({ reason, sopInstanceUids }));
};

const WORST: readonly CheckResult['outcome'][] = ['not-applicable', 'pass', 'fail'];

/** Outcomes of two images of one volume, the plain one and the encrypted one: each check as it came out worst. */
export const mergedChecks = (plain: readonly CheckResult[], sealed: readonly CheckResult[]): readonly CheckResult[] => plain.map((check) => {
  const other = sealed.find(({ id }) => id === check.id) ?? check;
  return { id: check.id, outcome: WORST[Math.max(WORST.indexOf(check.outcome), WORST.indexOf(other.outcome))] ?? check.outcome, findings: check.findings + other.findings };
});

/** Makes the certificate of a volume from what the gate found on its finished image. */
export const buildCertificate = ({ product, imprint, volume, image, profile, checks, counts, report, viewers = [] }: CertificateFacts): Certificate => {
  const certificate: Omit<Certificate, 'shortCode'> = {
    version: 1, product, imprint,
    volume: { fileSetId: volume.fileSetId, fileSetUid: volume.fileSetUid, index: volume.index, of: volume.of, media: volume.media, createdAt: volume.createdAt.toISOString() },
    image: { bytes: image.bytes, sha256: image.sha256 }, profile,
    checks: checks.map(({ id, outcome, findings }) => ({ id, title: discCheck(id).title, source: discCheck(id).source, outcome, findings })),
    counts, leftOut: leftOutOf(report), ...(viewers.length === 0 ? {} : { viewers }),
  };
  return { ...certificate, shortCode: certificateCode(certificate) };
};
