/** Imported before everything else: schemas that modules make as they are loaded look at this when they are made. */
import { config } from 'zod';

// The page's content security policy forbids compiling code at run time, which zod would try.
config({ jitless: true });
