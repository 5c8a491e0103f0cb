/** Thread in which a disc is checked, so that its memory is bounded and whoever waits can stop waiting. */
import { parentPort, workerData } from 'node:worker_threads';
import { checkDisc } from '../../disc/check-disc.ts';
import type { DiscReport } from '../../disc/check-disc.ts';
import { isApplianceError } from '../../infra/errors.ts';

export interface CheckTask { readonly path: string; readonly isThorough: boolean; readonly seconds: number }
export type CheckAnswer = { readonly report: DiscReport } | { readonly unreadable: string };

const { path, isThorough, seconds } = workerData as CheckTask;
const until = Date.now() + seconds * 1000;

const check = async (): Promise<CheckAnswer> => {
  try {
    return { report: await checkDisc(path, { isThorough, isOver: () => Date.now() > until }) };
  } catch (error) {
    if (!isApplianceError(error, 'DISC_IMAGE_FAILED')) throw error;
    return { unreadable: error.message };
  }
};

parentPort?.postMessage(await check());
