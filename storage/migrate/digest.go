package migrate

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
)

// digest stands for the contents of a table.
type digest struct {
	rows int64
	hash [sha256.Size]byte
}

// digester makes a digest of rows, which must come in the order of their keys.
type digester struct {
	rows int64
	hash hash.Hash
	// out collects the small writes for hash.
	out *bufio.Writer
}

func newDigester() *digester {
	sum := sha256.New()
	return &digester{hash: sum, out: bufio.NewWriterSize(sum, 64<<10)}
}

// add takes a row. Each value counts with its type and length, so that no two rows of a
// table look alike.
func (d *digester) add(row []any) error {
	d.rows++
	for _, value := range row {
		switch value := value.(type) {
		case nil:
			d.head('n', 0)
		case int64:
			d.head('i', uint64(value))
		case string:
			d.head('t', uint64(len(value)))
			_, _ = d.out.WriteString(value) // a hash does not fail
		case []byte:
			d.head('b', uint64(len(value)))
			_, _ = d.out.Write(value)
		default:
			return fmt.Errorf("a value of type %T cannot be copied", value)
		}
	}
	return nil
}

func (d *digester) head(kind byte, number uint64) {
	var head [9]byte
	head[0] = kind
	binary.BigEndian.PutUint64(head[1:], number)
	_, _ = d.out.Write(head[:])
}

func (d *digester) sum() digest {
	_ = d.out.Flush()
	return digest{rows: d.rows, hash: [sha256.Size]byte(d.hash.Sum(nil))}
}
