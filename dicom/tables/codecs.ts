/** Which codec reads and writes the frames of a compressed transfer syntax. Syntaxes that are not here cannot be converted (video, arithmetic coding, ...). */

/** The kinds of frame that dicom/codec knows. */
export type FrameCodec = 'uncompressed' | 'deflate' | 'rle' | 'jpeg' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k';

export interface CodecRow {
  readonly uid: string;
  readonly codec: FrameCodec;
  /** We also write it. */
  readonly writes: boolean;
  /** Term of Lossy Image Compression Method (0028,2114) for streams that lost something. */
  readonly lossyMethod: string;
  readonly source: string;
}

/** Sorted by the numbers of the UID. @source PS3.5 A.4, 8.2; PS3.3 C.7.6.1.1.5.1 (methods) */
export const CODECS = [
  { uid: '1.2.840.10008.1.2.1.98', codec: 'uncompressed', writes: false, lossyMethod: '', source: 'PS3.5 A.4.11' },
  { uid: '1.2.840.10008.1.2.4.50', codec: 'jpeg', writes: false, lossyMethod: 'ISO_10918_1', source: 'PS3.5 A.4.1, 8.2.1' },
  { uid: '1.2.840.10008.1.2.4.51', codec: 'jpeg', writes: false, lossyMethod: 'ISO_10918_1', source: 'PS3.5 A.4.1, 8.2.1' },
  { uid: '1.2.840.10008.1.2.4.53', codec: 'jpeg', writes: false, lossyMethod: 'ISO_10918_1', source: 'PS3.5 A.4.1 (retired process)' },
  { uid: '1.2.840.10008.1.2.4.55', codec: 'jpeg', writes: false, lossyMethod: 'ISO_10918_1', source: 'PS3.5 A.4.1 (retired process)' },
  { uid: '1.2.840.10008.1.2.4.57', codec: 'jpeg', writes: false, lossyMethod: '', source: 'PS3.5 A.4.1, 8.2.1' },
  { uid: '1.2.840.10008.1.2.4.70', codec: 'jpeg', writes: true, lossyMethod: '', source: 'PS3.5 A.4.1, 8.2.1' },
  { uid: '1.2.840.10008.1.2.4.80', codec: 'jpeg-ls', writes: true, lossyMethod: '', source: 'PS3.5 A.4.3, 8.2.3' },
  { uid: '1.2.840.10008.1.2.4.81', codec: 'jpeg-ls', writes: false, lossyMethod: 'ISO_14495_1', source: 'PS3.5 A.4.3, 8.2.3' },
  { uid: '1.2.840.10008.1.2.4.90', codec: 'jpeg-2000', writes: true, lossyMethod: '', source: 'PS3.5 A.4.4, 8.2.4' },
  { uid: '1.2.840.10008.1.2.4.91', codec: 'jpeg-2000', writes: false, lossyMethod: 'ISO_15444_1', source: 'PS3.5 A.4.4, 8.2.4' },
  { uid: '1.2.840.10008.1.2.4.201', codec: 'htj2k', writes: false, lossyMethod: '', source: 'PS3.5 A.4.4, 8.2.4' },
  { uid: '1.2.840.10008.1.2.4.202', codec: 'htj2k', writes: false, lossyMethod: '', source: 'PS3.5 A.4.4, 8.2.4' },
  { uid: '1.2.840.10008.1.2.4.203', codec: 'htj2k', writes: false, lossyMethod: 'ISO_15444_15', source: 'PS3.5 A.4.4, 8.2.4' },
  { uid: '1.2.840.10008.1.2.5', codec: 'rle', writes: true, lossyMethod: '', source: 'PS3.5 A.4.2, Annex G' },
  { uid: '1.2.840.10008.1.2.8.1', codec: 'deflate', writes: false, lossyMethod: '', source: 'PS3.5 A.4 (2025)' },
] as const satisfies readonly CodecRow[];

/** Finds the codec of a transfer syntax. @source PS3.5 A.4 */
export const codecByUid: ReadonlyMap<string, CodecRow> = new Map(CODECS.map((row) => [row.uid, row]));
