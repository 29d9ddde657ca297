/** How files and elements become bitmaps: pixels as they are stored but for their orientation, without profiles and gamma. @type {ImageBitmapOptions} */
export const AS_STORED = Object.freeze({ colorSpaceConversion: 'none', premultiplyAlpha: 'none', imageOrientation: 'from-image' });
