/** What a frame is, and what a codec is asked to do with it. Types only, shared with the codec threads. */
import type { FrameCodec } from '../tables/codecs.ts';

/** The part of the Image Pixel Module that a codec needs. */
export interface FrameFormat {
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
  /** 8, 16 or 32. */
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  /** Pixel Representation is 1. */
  readonly isSigned: boolean;
  readonly photometric: string;
}

/** Native frames are little endian with the samples of a pixel together, as long as frameBytes says. */
export interface FrameTask {
  readonly kind: 'decode' | 'encode';
  readonly codec: FrameCodec;
  readonly format: FrameFormat;
  /** Decoding turns the luminance and chrominance of the stream to RGB. */
  readonly toRgb: boolean;
  /** Frames to encode have colour by plane. */
  readonly isPlanar: boolean;
}

/** Why a frame cannot be had. @source ours */
export type FrameFault = 'damaged' | 'unsupported';
