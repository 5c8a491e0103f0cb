/** What a test that composes says where it does not matter. */
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';
import { NOTHING_PREPARED } from '../../disc/preparation/preparation-book.ts';

export const PLAIN = { content: DEFAULT_CONTENT, preparation: NOTHING_PREPARED, language: 'en' } as const;
