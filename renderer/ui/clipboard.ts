import { toast } from './toasts.ts';
import { errorText } from './format.ts';

/** Copies text and says so. */
export async function copyText(text: string, what: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) {
    toast({ title: `Cannot copy the ${what}`, description: errorText(error), tone: 'error' });
    return false;
  }
  return true;
}
