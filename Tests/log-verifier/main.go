// Checks a log that lies in a folder as tlog-tiles has it, with Go's own packages for transparency logs.
//
//	log-verifier FOLDER KEY [OLDER-CHECKPOINT]
//
// It believes the checkpoint only if KEY has signed it, reads every entry, and compares each with the tree. With an older
// checkpoint it also proves that the log begins with that one. It prints the size, or what is wrong first.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type head struct {
	origin string
	tree   tlog.Tree
}

func main() {
	if len(os.Args) < 3 || len(os.Args) > 4 {
		fmt.Fprintln(os.Stderr, "usage: log-verifier FOLDER KEY [OLDER-CHECKPOINT]")
		os.Exit(64)
	}
	size, err := check(os.Args[1], os.Args[2], os.Args[3:])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(size)
}

func check(folder, key string, older []string) (int64, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return 0, fmt.Errorf("key: %w", err)
	}
	now, err := readHead(filepath.Join(folder, "checkpoint"), verifier)
	if err != nil {
		return 0, fmt.Errorf("checkpoint: %w", err)
	}
	reader := tlog.TileHashReader(now.tree, &tiles{folder})
	for _, path := range older {
		before, err := readHead(path, verifier)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", path, err)
		}
		if before.origin != now.origin {
			return 0, errors.New("another origin")
		}
		if before.tree.N > now.tree.N {
			return 0, errors.New("rolled back")
		}
		proof, err := tlog.ProveTree(now.tree.N, before.tree.N, reader)
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckTree(proof, now.tree.N, now.tree.Hash, before.tree.N, before.tree.Hash); err != nil {
			return 0, fmt.Errorf("forked: %w", err)
		}
	}
	return now.tree.N, checkEntries(folder, now.tree.N, reader)
}

func readHead(path string, verifier note.Verifier) (head, error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return head{}, err
	}
	opened, err := note.Open(bytes, note.VerifierList(verifier))
	if err != nil {
		return head{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 {
		return head{}, errors.New("no head")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return head{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return head{}, errors.New("no root")
	}
	read := head{origin: lines[0], tree: tlog.Tree{N: size}}
	copy(read.tree.Hash[:], root)
	return read, nil
}

// checkEntries compares each bundle's entries with the leaves, which the reader has proven to be under the root.
func checkEntries(folder string, size int64, reader tlog.HashReader) error {
	for first := int64(0); first < size; first += 1 << height {
		width := min(size-first, 1<<height)
		bytes, err := os.ReadFile(filepath.Join(folder, path("entries", first>>height, int(width))))
		if err != nil {
			return err
		}
		indexes := make([]int64, width)
		for place := range indexes {
			indexes[place] = tlog.StoredHashIndex(0, first+int64(place))
		}
		leaves, err := reader.ReadHashes(indexes)
		if err != nil {
			return fmt.Errorf("entries %d to %d: %w", first, first+width-1, err)
		}
		for place, leaf := range leaves {
			if len(bytes) < 2 || len(bytes) < 2+int(binary.BigEndian.Uint16(bytes)) {
				return fmt.Errorf("entry %d: cut off", first+int64(place))
			}
			end := 2 + int(binary.BigEndian.Uint16(bytes))
			if tlog.RecordHash(bytes[2:end]) != leaf {
				return fmt.Errorf("entry %d: another one was signed for", first+int64(place))
			}
			bytes = bytes[end:]
		}
		if len(bytes) != 0 {
			return fmt.Errorf("entries %d to %d: more than there should be", first, first+width-1)
		}
	}
	return nil
}

// tiles reads tiles from a folder.
type tiles struct{ folder string }

func (reader *tiles) Height() int { return height }

func (reader *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for place, tile := range wanted {
		bytes, err := os.ReadFile(filepath.Join(reader.folder, path(strconv.Itoa(tile.L), tile.N, tile.W)))
		if err != nil {
			return nil, err
		}
		data[place] = bytes
	}
	return data, nil
}

func (reader *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// path is where a tile lies (C2SP tlog-tiles; Go's own layout has the height in it, too).
func path(level string, index int64, width int) string {
	place := fmt.Sprintf("%03d", index%1000)
	for index >= 1000 {
		index /= 1000
		place = fmt.Sprintf("x%03d/%s", index%1000, place)
	}
	if width < 1<<height {
		place += fmt.Sprintf(".p/%d", width)
	}
	return "tile/" + level + "/" + place
}

func min(left, right int64) int64 {
	if left < right {
		return left
	}
	return right
}
