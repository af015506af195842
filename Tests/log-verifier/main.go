// Checks a log that lies in a folder as tlog-tiles has it, with Go's own packages for transparency logs.
//
//	log-verifier FOLDER KEY [OLDER-CHECKPOINT…]
//
// It believes the checkpoint only if KEY has signed it, reads every entry, and compares each with the tree. With an older
// checkpoint it also proves that the log begins with that one. It prints the size, or what is wrong first: the entry's
// position, or the tile's path.
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

const (
	height = 8
	// No log has more entries, and no file of one is longer: 256 entries, each behind its length.
	most    = 1 << 40
	longest = 1 << height * (2 + 65535)
)

type head struct {
	origin string
	tree   tlog.Tree
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: log-verifier FOLDER KEY [OLDER-CHECKPOINT…]")
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
	// The tree is made of the entries; whether it is the signed one says whether all of them are as they were.
	tree, err := readTree(folder, now.tree)
	if err != nil {
		return 0, err
	}
	for _, older := range older {
		before, err := readHead(older, verifier)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", older, err)
		}
		if before.origin != now.origin {
			return 0, errors.New("another origin")
		}
		if before.tree.N > now.tree.N {
			return 0, errors.New("rolled back")
		}
		proof, err := tlog.ProveTree(now.tree.N, before.tree.N, tree)
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckTree(proof, now.tree.N, now.tree.Hash, before.tree.N, before.tree.Hash); err != nil {
			return 0, fmt.Errorf("forked: %w", err)
		}
	}
	return now.tree.N, checkTiles(folder, now.tree.N, tree)
}

// readFile reads a plain file that is no longer than any of a log's can be: a store may hold pipes, links and devices.
func readFile(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > longest {
		return nil, fmt.Errorf("%s: no plain file, or too long", path)
	}
	return os.ReadFile(path)
}

func readHead(path string, verifier note.Verifier) (head, error) {
	bytes, err := readFile(path)
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
	if size < 0 || size > most {
		return head{}, errors.New("no size")
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return head{}, errors.New("no root")
	}
	// A key signs its station's first log and those that were begun after it, which lie in folders of their numbers.
	if name := verifier.Name(); lines[0] != name && lines[0] != name+"/"+filepath.Base(filepath.Dir(path)) {
		return head{}, errors.New("it is another log's")
	}
	read := head{origin: lines[0], tree: tlog.Tree{N: size}}
	copy(read.tree.Hash[:], root)
	return read, nil
}

// readTree makes the tree of a log's entries, and fails unless it is the one that was signed.
func readTree(folder string, signed tlog.Tree) (tlog.HashReader, error) {
	var stored []tlog.Hash
	tree := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for place, index := range indexes {
			hashes[place] = stored[index]
		}
		return hashes, nil
	})
	for first := int64(0); first < signed.N; first += 1 << height {
		width := min(signed.N-first, 1<<height)
		leaves, problem := readBundle(folder, first, width)
		if problem != nil {
			return nil, pinned(folder, signed, first, leaves, problem)
		}
		for place, leaf := range leaves {
			hashes, err := tlog.StoredHashesForRecordHash(first+int64(place), leaf, tree)
			if err != nil {
				return nil, err
			}
			stored = append(stored, hashes...)
		}
	}
	root, err := tlog.TreeHash(signed.N, tree)
	if err != nil || root == signed.Hash {
		return tree, err
	}
	for first := int64(0); first < signed.N; first += 1 << height {
		leaves, _ := readBundle(folder, first, min(signed.N-first, 1<<height))
		if err := pinned(folder, signed, first, leaves, nil); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("the entries do not lead to the signed root")
}

// readBundle hashes the entries of a bundle: as many as it begins with, and what is wrong with the rest.
func readBundle(folder string, first, width int64) ([]tlog.Hash, error) {
	bytes, err := readFile(filepath.Join(folder, path("entries", first>>height, int(width))))
	if err != nil {
		return nil, err
	}
	var leaves []tlog.Hash
	for int64(len(leaves)) < width {
		if len(bytes) < 2 || len(bytes) < 2+int(binary.BigEndian.Uint16(bytes)) {
			return leaves, fmt.Errorf("entry %d: cut off", first+int64(len(leaves)))
		}
		end := 2 + int(binary.BigEndian.Uint16(bytes))
		leaves = append(leaves, tlog.RecordHash(bytes[2:end]))
		bytes = bytes[end:]
	}
	if len(bytes) != 0 {
		return leaves, fmt.Errorf("entries %d to %d: more than there should be", first, first+width-1)
	}
	return leaves, nil
}

// pinned finds the first entry of a bundle that is not the one whose leaf the tiles have, if they lead to the signed root.
func pinned(folder string, signed tlog.Tree, first int64, leaves []tlog.Hash, problem error) error {
	indexes := make([]int64, len(leaves))
	for place := range indexes {
		indexes[place] = tlog.StoredHashIndex(0, first+int64(place))
	}
	believed, err := tlog.TileHashReader(signed, &tiles{folder}).ReadHashes(indexes)
	if err != nil {
		return problem
	}
	for place, leaf := range leaves {
		if leaf != believed[place] {
			return fmt.Errorf("entry %d: another one was signed for", first+int64(place))
		}
	}
	return problem
}

// checkTiles compares every tile of hashes with the tree.
func checkTiles(folder string, size int64, tree tlog.HashReader) error {
	for level := 0; size>>(height*level) > 0; level++ {
		count := size >> (height * level)
		for index := int64(0); index<<height < count; index++ {
			tile := tlog.Tile{H: height, L: level, N: index, W: int(min(count-index<<height, 1<<height))}
			name := path(strconv.Itoa(level), index, tile.W)
			found, err := readFile(filepath.Join(folder, name))
			if err != nil {
				return err
			}
			expected, err := tlog.ReadTileData(tile, tree)
			if err != nil {
				return err
			}
			if string(found) != string(expected) {
				return fmt.Errorf("%s: other hashes than the entries'", name)
			}
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
		bytes, err := readFile(filepath.Join(reader.folder, path(strconv.Itoa(tile.L), tile.N, tile.W)))
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
