export const right = 'a screen of its own';
