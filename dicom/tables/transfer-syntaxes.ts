/**
 * Transfer syntaxes that carry a whole instance. Referenced (JPIP), streaming (SMPTE) and the retired MIME and XML
 * encodings are left out: their pixels are elsewhere, so an instance in them cannot be put on a disc.
 */

/** One transfer syntax. */
export interface TransferSyntaxRow {
  readonly uid: string;
  readonly name: string;
  readonly explicit: boolean;
  readonly bigEndian: boolean;
  /** The whole data set is one raw deflate stream. */
  readonly deflated: boolean;
  /** Pixel data is a sequence of fragments. */
  readonly encapsulated: boolean;
  /** True where the syntax permits loss, even when a given instance is coded without. */
  readonly lossy: boolean;
  readonly retired: boolean;
  /** Named by the reference statement. */
  readonly inReference: boolean;
  readonly source: string;
}

/** All known transfer syntaxes, sorted by the numbers of the UID. @source PS3.6 Table A-1, PS3.5 Annex A */
export const TRANSFER_SYNTAXES = [
  { uid: '1.2.840.10008.1.2', name: 'Implicit VR Little Endian', explicit: false, bigEndian: false, deflated: false, encapsulated: false, lossy: false, retired: false, inReference: true, source: 'PS3.6 A; PS3.5 A' },
  { uid: '1.2.840.10008.1.2.1', name: 'Explicit VR Little Endian', explicit: true, bigEndian: false, deflated: false, encapsulated: false, lossy: false, retired: false, inReference: true, source: 'PS3.6 A; PS3.5 A' },
  { uid: '1.2.840.10008.1.2.1.98', name: 'Encapsulated Uncompressed Explicit VR Little Endian', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: false, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.1.99', name: 'Deflated Explicit VR Little Endian', explicit: true, bigEndian: false, deflated: true, encapsulated: false, lossy: false, retired: false, inReference: true, source: 'PS3.6 A; PS3.5 A' },
  { uid: '1.2.840.10008.1.2.2', name: 'Explicit VR Big Endian', explicit: true, bigEndian: true, deflated: false, encapsulated: false, lossy: false, retired: true, inReference: true, source: 'PS3.6 A; PS3.5 A' },
  { uid: '1.2.840.10008.1.2.4.50', name: 'JPEG Baseline (Process 1)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: true, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.51', name: 'JPEG Extended (Process 2 and 4)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: true, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.52', name: 'JPEG Extended (Process 3 and 5)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: true, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.53', name: 'JPEG Spectral Selection, Non-Hierarchical (Process 6 and 8)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: true, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.54', name: 'JPEG Spectral Selection, Non-Hierarchical (Process 7 and 9)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: true, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.55', name: 'JPEG Full Progression, Non-Hierarchical (Process 10 and 12)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: true, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.56', name: 'JPEG Full Progression, Non-Hierarchical (Process 11 and 13)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: true, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.57', name: 'JPEG Lossless, Non-Hierarchical (Process 14)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: false, retired: false, inReference: true, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.58', name: 'JPEG Lossless, Non-Hierarchical (Process 15)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: false, retired: true, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.59', name: 'JPEG Extended, Hierarchical (Process 16 and 18)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: true, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.60', name: 'JPEG Extended, Hierarchical (Process 17 and 19)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: true, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.61', name: 'JPEG Spectral Selection, Hierarchical (Process 20 and 22)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: true, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.62', name: 'JPEG Spectral Selection, Hierarchical (Process 21 and 23)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: true, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.63', name: 'JPEG Full Progression, Hierarchical (Process 24 and 26)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: true, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.64', name: 'JPEG Full Progression, Hierarchical (Process 25 and 27)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: true, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.65', name: 'JPEG Lossless, Hierarchical (Process 28)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: false, retired: true, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.66', name: 'JPEG Lossless, Hierarchical (Process 29)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: false, retired: true, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.70', name: 'JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14 [Selection Value 1])', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: false, retired: false, inReference: true, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.80', name: 'JPEG-LS Lossless Image Compression', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: false, retired: false, inReference: true, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.81', name: 'JPEG-LS Lossy (Near-Lossless) Image Compression', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: true, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.90', name: 'JPEG 2000 Image Compression (Lossless Only)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: false, retired: false, inReference: true, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.91', name: 'JPEG 2000 Image Compression', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: true, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.92', name: 'JPEG 2000 Part 2 Multi-component Image Compression (Lossless Only)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: false, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.93', name: 'JPEG 2000 Part 2 Multi-component Image Compression', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.100', name: 'MPEG2 Main Profile / Main Level', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: true, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.100.1', name: 'Fragmentable MPEG2 Main Profile / Main Level', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.101', name: 'MPEG2 Main Profile / High Level', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.101.1', name: 'Fragmentable MPEG2 Main Profile / High Level', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.102', name: 'MPEG-4 AVC/H.264 High Profile / Level 4.1', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.102.1', name: 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.1', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.103', name: 'MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.103.1', name: 'Fragmentable MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.104', name: 'MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.104.1', name: 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.105', name: 'MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.105.1', name: 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.106', name: 'MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.106.1', name: 'Fragmentable MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.107', name: 'HEVC/H.265 Main Profile / Level 5.1', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.108', name: 'HEVC/H.265 Main 10 Profile / Level 5.1', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.110', name: 'JPEG XL Lossless', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: false, retired: false, inReference: false, source: 'PS3.6 A (2025); PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.111', name: 'JPEG XL JPEG Recompression', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A (2025); PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.112', name: 'JPEG XL', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A (2025); PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.201', name: 'High-Throughput JPEG 2000 Image Compression (Lossless Only)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: false, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.202', name: 'High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: false, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.4.203', name: 'High-Throughput JPEG 2000 Image Compression', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: true, retired: false, inReference: false, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.5', name: 'RLE Lossless', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: false, retired: false, inReference: true, source: 'PS3.6 A; PS3.5 A.4' },
  { uid: '1.2.840.10008.1.2.8.1', name: 'Deflated Image Frame Compression', explicit: true, bigEndian: false, deflated: false, encapsulated: true, lossy: false, retired: false, inReference: false, source: 'PS3.6 A (2025); PS3.5 A.4' },
] as const satisfies readonly TransferSyntaxRow[];

/** Finds a transfer syntax by UID. @source PS3.6 Table A-1 */
export const transferSyntaxByUid: ReadonlyMap<string, TransferSyntaxRow> = new Map(TRANSFER_SYNTAXES.map((row) => [row.uid, row]));
