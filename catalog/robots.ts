/** What robots last said of themselves, for those who must choose one and for the page. One row a robot. */
import type { RobotBook, RobotReport } from './books/robot-book.ts';
import type { Database } from './database.ts';

const parsed = (text: string): unknown => JSON.parse(text) as unknown;

export const createRobotBook = (database: Database): RobotBook => ({
  async report({ name, capabilities, health }) {
    const row = { capabilities: JSON.stringify(capabilities), health: JSON.stringify(health), seen_at: database.now() };
    await database.write(async (trx) => {
      const { numUpdatedRows } = await trx.updateTable('robot_report').set(row).where('name', '=', name).executeTakeFirst();
      if (Number(numUpdatedRows) === 0) await trx.insertInto('robot_report').values({ name, ...row }).execute();
    });
  },
  async all(): Promise<readonly RobotReport[]> {
    const rows = await database.read((db) => db.selectFrom('robot_report').selectAll().orderBy('name').execute());
    return rows.map((row) => ({ name: row.name, seenAt: row.seen_at, capabilities: parsed(row.capabilities), health: parsed(row.health) }));
  },
});
