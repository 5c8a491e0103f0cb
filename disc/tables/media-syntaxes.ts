/** Transfer syntaxes that at least one application profile for discs allows; any other fits no profile at all. Pure data. */

export const MEDIA_TRANSFER_SYNTAXES = [
  { uid: '1.2.840.10008.1.2.1', source: 'PS3.11 D, E, H, M' },
  { uid: '1.2.840.10008.1.2.4.50', source: 'PS3.11 H, M' },
  { uid: '1.2.840.10008.1.2.4.51', source: 'PS3.11 H, M' },
  { uid: '1.2.840.10008.1.2.4.70', source: 'PS3.11 A, B, E, H, M' },
  { uid: '1.2.840.10008.1.2.4.90', source: 'PS3.11 H, M' },
  { uid: '1.2.840.10008.1.2.4.91', source: 'PS3.11 H, M' },
  { uid: '1.2.840.10008.1.2.4.100', source: 'PS3.11 I, M' },
  { uid: '1.2.840.10008.1.2.4.101', source: 'PS3.11 M' },
  { uid: '1.2.840.10008.1.2.4.102', source: 'PS3.11 M' },
  { uid: '1.2.840.10008.1.2.4.103', source: 'PS3.11 M' },
  { uid: '1.2.840.10008.1.2.4.104', source: 'PS3.11 N' },
  { uid: '1.2.840.10008.1.2.4.105', source: 'PS3.11 N' },
  { uid: '1.2.840.10008.1.2.4.106', source: 'PS3.11 N' },
  { uid: '1.2.840.10008.1.2.5', source: 'PS3.11 C' },
] as const;

/** True when some profile for discs allows the transfer syntax. */
export const isSyntaxOfMedia = (uid: string): boolean => MEDIA_TRANSFER_SYNTAXES.some((row) => row.uid === uid);
