/** What senders need of conversion between transfer syntaxes. Types only. */

export interface Transcoder {
  /** 'same' nothing to do; 'native' bytes re-encoded, pixels untouched; 'decode'/'encode' through a codec; undefined = nobody can. */
  route(fromSyntaxUid: string, toSyntaxUid: string): 'same' | 'native' | 'decode' | 'encode' | undefined;
  /** Writes a Part 10 file of the instance in another transfer syntax; answers where its data set begins and its digest. @throws DISC_/RETRIEVE_ codes when it cannot */
  convert(request: { readonly file: string; readonly dataSetOffset: number; readonly fromSyntaxUid: string; readonly toSyntaxUid: string; readonly target: string; readonly signal?: AbortSignal }): Promise<{ readonly bytes: number; readonly dataSetOffset: number; readonly dataSetSha256: string; readonly pixels: 'untouched' | 'identical' | 'lossy-decoded' }>;
  close(): Promise<void>;
}
