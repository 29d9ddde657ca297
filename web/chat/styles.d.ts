/** The sheets of this folder, one after another: web/host/styles.py makes the module. */
export declare const css: string;
