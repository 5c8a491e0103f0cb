/** The handler of a request whose data set is small and wanted whole: gathers it up to a bound, then hands it on. */
import type { ApplianceError } from '../../infra/errors.ts';
import type { RequestHandler } from './service.ts';

export interface GatheredOptions {
  /** Longest data set that is taken, in bytes. */
  readonly maxBytes: number;
  /** What a longer one is answered with. */
  tooLong(): ApplianceError;
  /** Answers the request. */
  work(dataSet: Buffer): Promise<void>;
}

/** Makes the handler; a request without a data set is handed on with none. */
export const gatheredRequest = ({ maxBytes, tooLong, work }: GatheredOptions): RequestHandler => {
  let chunks: Buffer[] = [];
  let bytes = 0;
  return {
    data: (chunk) => {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLong();
      chunks.push(Buffer.from(chunk));
    },
    flush: () => undefined,
    complete: () => work(Buffer.concat(chunks)),
    abort: () => { chunks = []; },
  };
};
