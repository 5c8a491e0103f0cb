/** What robots last said of themselves. */

/** What one robot last said of itself; the shapes are those of robots/robot.ts. */
export interface RobotReport {
  readonly name: string;
  readonly seenAt: Date;
  readonly capabilities: unknown;
  readonly health: unknown;
}

export interface RobotBook {
  report(report: Omit<RobotReport, 'seenAt'>): Promise<void>;
  all(): Promise<readonly RobotReport[]>;
}
