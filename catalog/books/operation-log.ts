/** The operation log. */

/** Who did what, when, with which result. `event` doubles as the live event: ids only, no names. */
export interface OperationRow {
  readonly id: number;
  readonly at: Date;
  readonly who: string;
  /** e.g. 'instances.stored', 'order.placed', 'order.state', 'job.state', 'disc.logged', 'rule.changed', 'robot.condition' */
  readonly event: string;
  readonly subject: string;
  readonly subjectKind: 'association' | 'study' | 'order' | 'volume' | 'job' | 'disc' | 'rule' | 'robot' | 'instance' | 'commitment' | 'session' | 'appliance' | 'ae';
  readonly result: string;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

export interface OperationLog {
  write(row: Omit<OperationRow, 'id' | 'at'>): Promise<void>;
  /** Rows after `afterId`, oldest first, at most `limit`. */
  since(afterId: number, limit: number): Promise<readonly OperationRow[]>;
  lastId(): Promise<number>;
  list(filter: { readonly subjectKind?: OperationRow['subjectKind']; readonly subject?: string; readonly limit: number; readonly before?: number }): Promise<readonly OperationRow[]>;
}
