import { EventEmitter } from 'node:events';
import { strict } from './strict.ts';

type ItemOptions = Electron.MenuItemConstructorOptions;
type ItemType = NonNullable<ItemOptions['type']>;

/** What an accelerator may be made of, as Electron's documentation lists it. */
const ACCELERATOR =
  /^(?:(?:Command|Cmd|Control|Ctrl|CommandOrControl|CmdOrCtrl|Alt|Option|AltGr|Shift|Super|Meta)\+)*(?:[A-Z0-9]|F(?:[1-9]|1\d|2[0-4])|[)!@#$%^&*(:;<,>.?/~`_=+{[|}\]"'\\-]|Plus|Space|Tab|Backspace|Delete|Insert|Return|Enter|Up|Down|Left|Right|Home|End|PageUp|PageDown|Escape|Esc)$/;

function checkAccelerator(accelerator: string | undefined): void {
  if (accelerator === undefined || ACCELERATOR.test(accelerator)) return;
  throw new TypeError(`Cannot use the accelerator "${accelerator}": it is none that Electron knows`);
}

class MenuItem {
  readonly id: string;
  readonly type: ItemType;
  readonly label: string;
  readonly role?: string | undefined;
  readonly accelerator: string | null;
  readonly registerAccelerator: boolean;
  readonly submenu?: Menu | undefined;
  /** A function; Electron says no more about it either. */
  readonly click: object;
  enabled = true;
  visible = true;
  checked = false;

  constructor(options: ItemOptions) {
    checkAccelerator(options.accelerator);
    const { id = '', label = '', enabled = true, visible = true, checked = false, submenu } = options;
    this.id = id;
    this.label = label;
    this.type = options.type ?? (submenu === undefined ? 'normal' : 'submenu');
    this.role = options.role;
    this.accelerator = options.accelerator ?? null;
    this.registerAccelerator = options.registerAccelerator ?? true;
    Object.assign(this, { enabled, visible, checked });
    this.submenu = Array.isArray(submenu) ? Menu.buildFromTemplate(submenu) : undefined;
    const self = strict('MenuItem', this);
    this.click = (): void => {
      if (!self.enabled) return;
      if (self.type === 'checkbox') self.checked = !self.checked;
      options.click?.(self as unknown as Electron.MenuItem, undefined, {});
    };
    return self;
  }
}

let applicationMenu: Menu | null = null;

export class Menu extends EventEmitter {
  readonly items: MenuItem[] = [];

  constructor() {
    super();
    return strict('Menu', this);
  }

  static buildFromTemplate(template: (ItemOptions | Electron.MenuItem)[]): Menu {
    const menu = new Menu();
    menu.items.push(...template.map((options) => new MenuItem(options as ItemOptions)));
    return menu;
  }

  static setApplicationMenu(menu: Menu | null): void {
    applicationMenu = menu;
  }

  static getApplicationMenu(): Menu | null {
    return applicationMenu;
  }

  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      if (item.id === id) return item;
      const below = item.submenu?.getMenuItemById(id) ?? null;
      if (below !== null) return below;
    }
    return null;
  }
}
