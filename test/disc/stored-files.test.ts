import { expect, it } from 'vitest';
import { storedFiles } from '../../disc/stored-files.ts';

it('finds a file of the catalog below the store, however the store is named', () => {
  expect(storedFiles('/var/store')('ab/cd.dcm')).toBe('/var/store/ab/cd.dcm');
  expect(storedFiles('/var/./other/../store/')('ab/cd.dcm')).toBe('/var/store/ab/cd.dcm');
});

it('finds a prepared file where it says', () => {
  expect(storedFiles('/var/store')('/spool/order-1/7.dcm')).toBe('/spool/order-1/7.dcm');
});
