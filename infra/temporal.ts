/**
 * Connection to Temporal: lazy, so that a process starts while Temporal is away, with a deadline on every call.
 * The only module that knows the Temporal client package.
 */
import { Client, Connection } from '@temporalio/client';

export type AttributeTypes = Readonly<Record<string, 'Keyword' | 'Int' | 'Datetime'>>;

export interface TemporalConnection {
  readonly client: Client;
  /** Runs calls with a deadline (default 3 s); without one a call to a dead server takes 20 s to fail. */
  within<T>(call: (client: Client) => Promise<T>, deadlineMs?: number): Promise<T>;
  /** True when the server answers. */
  isUp(): Promise<boolean>;
  close(): Promise<void>;
}

const RETENTION_DAYS = 30;
const DAY_SECONDS = 86_400;
/** @source temporal.api.enums.v1.IndexedValueType */
const INDEXED_VALUE_TYPE = { Keyword: 2, Int: 3, Datetime: 6 } as const;
/** @source gRPC status codes: UNAVAILABLE, DEADLINE_EXCEEDED */
const AWAY: readonly unknown[] = [14, 4];
/** @source gRPC status codes: NOT_FOUND, ALREADY_EXISTS */
const NOT_FOUND = 5, ALREADY_EXISTS = 6;

const grpcCode = (error: unknown): unknown => {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'number') return error.code;
  return 'cause' in error ? grpcCode(error.cause) : undefined;
};

/** True when the error says that Temporal is out of reach, so that trying again later makes sense. */
export const isTemporalAway = (error: unknown): boolean => AWAY.includes(grpcCode(error));

/** Makes a client; connects at the first call. */
export const connectTemporal = ({ address, namespace }: { address: string; namespace: string }): TemporalConnection => {
  const connection = Connection.lazy({ address, connectTimeout: '3s' });
  const client = new Client({ connection, namespace });
  const within = <T>(call: (client: Client) => Promise<T>, deadlineMs = 3_000): Promise<T> => connection.withDeadline(Date.now() + deadlineMs, () => call(client));
  return {
    client,
    within,
    async isUp() {
      try {
        await within(() => connection.workflowService.getSystemInfo({}), 1_500);
        return true;
      } catch (error) {
        if (grpcCode(error) === undefined && !(error instanceof Error)) throw error;
        return false;
      }
    },
    close: () => connection.close(),
  };
};

/** Answers true when a Temporal server answers at the address within two seconds. */
export const temporalAnswers = async (address: string): Promise<boolean> => {
  const temporal = connectTemporal({ address, namespace: 'default' });
  try {
    return await temporal.isUp();
  } finally {
    await temporal.close();
  }
};

/**
 * Makes namespace and search attributes as they must be: made when absent, retention 30 days, missing attributes added.
 * May be repeated.
 */
export const ensureNamespace = async ({ address, namespace, attributes }: { address: string; namespace: string; attributes: AttributeTypes }): Promise<void> => {
  const temporal = connectTemporal({ address, namespace });
  const { workflowService, operatorService } = temporal.client.connection as Connection;
  const workflowExecutionRetentionPeriod = { seconds: RETENTION_DAYS * DAY_SECONDS as unknown as Long };
  try {
    await temporal.within(async () => {
      try {
        await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: workflowExecutionRetentionPeriod } });
      } catch (error) {
        if (grpcCode(error) !== NOT_FOUND) throw error;
        await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
      }
    }, 10_000);
    await temporal.within(async () => {
      const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
      const missing = Object.entries(attributes).filter(([name]) => customAttributes?.[name] === undefined);
      if (missing.length === 0) return;
      try {
        await operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, INDEXED_VALUE_TYPE[type]])) });
      } catch (error) {
        if (grpcCode(error) !== ALREADY_EXISTS) throw error;
      }
    }, 10_000);
  } finally {
    await temporal.close();
  }
};

type Long = NonNullable<NonNullable<Parameters<Connection['workflowService']['registerNamespace']>[0]['workflowExecutionRetentionPeriod']>['seconds']>;
