/** Makes Temporal workers that wait for a server to come up, and drains them at the end. */
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import type { Logger } from '../infra/log.ts';

/** Takes over the SDK's log once a process; its own signal handling is off because our process life stops the workers. */
export const installRuntime = (log: Logger): void => {
  const write = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, meta?: Record<string, unknown>): void => { if (level === 'warn' || level === 'error') log[level]('temporal.worker', { message, ...meta }); };
  Runtime.install({ shutdownSignals: [], logger: { log: (_level, message, meta) => write('info')(message, meta), trace: write('debug'), debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') } });
};

const RETRY_MS = 1_000;

/** Connects, again and again until the server answers or `isStopped` says so. */
export const connectWorker = async (address: string, log: Logger, isStopped: () => boolean): Promise<NativeConnection> => {
  for (let told = false; ; ) {
    try {
      return await NativeConnection.connect({ address });
    } catch (error) {
      if (isStopped()) throw error;
      if (!told) log.warn('temporal.waits', { address });
      told = true;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
};

export interface RunningWorkers {
  close(): Promise<void>;
}

/**
 * Runs one worker per entry on one connection until closed.
 * @param onFailed a worker ended by itself: the process should end and be started again
 */
export const runWorkers = async (connection: NativeConnection, namespace: string, options: readonly Omit<WorkerOptions, 'connection' | 'namespace'>[], onFailed: (error: unknown) => void): Promise<RunningWorkers> => {
  const workers = await Promise.all(options.map((one) => Worker.create({ connection, namespace, maxHeartbeatThrottleInterval: '2s', shutdownGraceTime: '1s', shutdownForceTime: '12s', ...one })));
  let isClosing = false;
  const runs = workers.map((worker) => worker.run().catch((error: unknown) => { if (!isClosing) onFailed(error); }));
  return {
    async close() {
      isClosing = true;
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.all(runs);
      await connection.close();
    },
  };
};
