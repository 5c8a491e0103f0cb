import { describe, expect, it } from 'vitest';
import { createOrderActivities } from '../../activities/orders.ts';
import type { OrderBook } from '../../catalog/books/order-book.ts';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';

describe('the activity that chooses a robot', () => {
  it('plans with what the viewers of the order take, for a disc that is made again those of its first making', async () => {
    const content = { ...DEFAULT_CONTENT, viewers: ['peek'] };
    const orders = { brief: () => Promise.resolve({ options: { content } }), firstMaking: () => Promise.resolve({ orderId: 'first', certificate: { viewers: [] }, leftOff: new Set() }) } as unknown as OrderBook;
    const { chooseRobot } = createOrderActivities({
      orders, extraBytes: (order) => Promise.resolve(order.original ? 7 : order.content.viewers?.length ?? 0),
      chooseRobot: ({ media, extraBytes }) => Promise.resolve({ robot: 'virtual', media: media === 'any' ? 'CD' : media, limits: { capacityBytes: 1_000, volumeOverheadBytes: 100 + extraBytes, instanceOverheadBytes: 10 }, remakes: 2 }),
    });
    const wish = { media: 'any', robot: 'any', bytes: 1, instances: 1, profile: '' } as const;
    expect((await chooseRobot({ ...wish, orderId: 'first' }))?.limits.volumeOverheadBytes).toBe(101);
    expect((await chooseRobot({ ...wish, orderId: 'again' }))?.limits.volumeOverheadBytes).toBe(107);
  });
});
