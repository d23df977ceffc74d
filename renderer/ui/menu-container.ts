/** Menus open within the page's main part, so that they are in a landmark as all other content is. */
export const menuContainer = (): HTMLElement | null => document.querySelector('main');
