import styles from './header-list.module.css';

interface HeaderListProps {
  readonly label: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** Headers in the order they came; a name may repeat. */
export function HeaderList({ label, headers }: HeaderListProps) {
  if (headers.length === 0) return <p className={styles['none']}>No headers.</p>;
  return (
    <table className={styles['headers']} aria-label={label}>
      <tbody>
        {headers.map(([name, value], index) => (
          // Names repeat and the list never changes, so the place is the key.
          <tr key={index}>
            <th scope="row">{name}</th>
            <td>
              <bdi>{value}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
