/** The words of each language. */
import type { Language } from '../../order/content.ts';
import { ar } from './ar.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { ja } from './ja.ts';
import { nl } from './nl.ts';
import { pl } from './pl.ts';
import { pt } from './pt.ts';
import { tr } from './tr.ts';
import type { Words } from './words.ts';
import { zh } from './zh.ts';

const WORDS: Readonly<Record<Language, Words>> = { ar, de, en, es, fr, it, ja, nl, pl, pt, tr, zh };

/** What the pages say in a language. */
export const wordsOf = (language: Language): Words => WORDS[language];

/** Puts values into the places of a text. */
export const filled = (text: string, values: Readonly<Record<string, string | number>>): string => text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
