// A second opinion on the files that engine/proof writes, by golang.org/x/mod/sumdb/note and tlog.
//
//	verify POLICY PROOF...         each is proven by its leaf, which is PROOF with .leaf behind
//	verify -flip POLICY PROOF...   and is not with any one bit of proof or leaf changed
//
// Of the policy it asks for the signature of one of its logs and those of all witnesses, whatever its quorum line says. What a proof
// carries beside (its extra line) has to be the leaf.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var strict = base64.StdEncoding.Strict()

// cosigner is a key of type 04, c2sp.org/tlog-cosignature, which package note does not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(c.key, append([]byte(head), msg...), sig[8:])
}

func newVerifier(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("no vkey")
	}
	key, err := strict.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != 4 {
		return note.NewVerifier(vkey)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	c := cosigner{parts[0], binary.BigEndian.Uint32(sum[:]), key[1:]}
	if parts[1] != fmt.Sprintf("%08x", c.hash) {
		return nil, errors.New("the id is not that of name and key")
	}
	return c, nil
}

// A policy as it is asked for here: logs of one origin.
type policy struct {
	origin    string
	logs      []note.Verifier
	witnesses []note.Verifier
}

func readPolicy(path string) (p policy, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return p, err
	}
	for _, line := range strings.Split(string(text), "\n") {
		items := strings.Fields(line)
		if len(items) < 2 || (items[0] != "log" && items[0] != "witness") {
			continue
		}
		verifier, err := newVerifier(items[map[string]int{"log": 1, "witness": 2}[items[0]]])
		if err != nil {
			return p, err
		}
		if items[0] == "witness" {
			p.witnesses = append(p.witnesses, verifier)
			continue
		}
		if p.origin != "" && p.origin != verifier.Name() {
			return p, errors.New("logs of two origins")
		}
		p.origin = verifier.Name()
		p.logs = append(p.logs, verifier)
	}
	return p, nil
}

func count(sigs []note.Signature, keys []note.Verifier) (n int) {
	for _, sig := range sigs {
		for _, key := range keys {
			if sig.Name == key.Name() && sig.Hash == key.KeyHash() {
				n++
			}
		}
	}
	return n
}

// checkpoint opens the note and returns the tree that a log and all witnesses have signed.
func checkpoint(msg string, p policy) (tree tlog.Tree, err error) {
	keys := append(append([]note.Verifier{}, p.logs...), p.witnesses...)
	n, err := note.Open([]byte(msg), note.VerifierList(keys...))
	if err != nil {
		return tree, err
	}
	if count(n.Sigs, p.logs) != 1 || count(n.Sigs, p.witnesses) != len(p.witnesses) {
		return tree, errors.New("a signature is missing")
	}
	for _, sig := range n.Sigs { // package note takes stray bits at the end of base64
		if _, err := strict.DecodeString(sig.Base64); err != nil {
			return tree, err
		}
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != p.origin {
		return tree, errors.New("not a checkpoint of this log")
	}
	if tree.N, err = decimal(lines[1]); err != nil {
		return tree, err
	}
	tree.Hash, err = hash(lines[2])
	return tree, err
}

func decimal(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err == nil && strconv.FormatInt(n, 10) != s {
		err = errors.New("a number in another form")
	}
	return n, err
}

func hash(s string) (h tlog.Hash, err error) {
	b, err := strict.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, errors.New("not a hash")
	}
	copy(h[:], b)
	return h, nil
}

func check(proof, leaf []byte, p policy) error {
	parts := strings.SplitN(string(proof), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a proof")
	}
	if lines = lines[1:]; len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		extra, err := strict.DecodeString(strings.TrimPrefix(lines[0], "extra "))
		if err != nil || !bytes.Equal(extra, leaf) {
			return errors.New("it carries something else than the leaf")
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return errors.New("no index")
	}
	index, err := decimal(strings.TrimPrefix(lines[0], "index "))
	if err != nil {
		return err
	}
	var hashes tlog.RecordProof
	for _, line := range lines[1:] {
		h, err := hash(line)
		if err != nil {
			return err
		}
		hashes = append(hashes, h)
	}
	tree, err := checkpoint(parts[1], p)
	if err != nil {
		return err
	}
	if index < 0 || index >= tree.N { // tlog.CheckRecord would panic
		return errors.New("no such leaf")
	}
	return tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(leaf))
}

// flips calls try with every one bit of b changed.
func flips(b []byte, try func(where string)) {
	for i := 0; i < 8*len(b); i++ {
		b[i/8] ^= 1 << (i % 8)
		try(fmt.Sprintf("byte %d bit %d", i/8, i%8))
		b[i/8] ^= 1 << (i % 8)
	}
}

func main() {
	args := os.Args[1:]
	flip := len(args) > 0 && args[0] == "-flip"
	if flip {
		args = args[1:]
	}
	if len(args) < 2 {
		fail("usage: verify [-flip] POLICY PROOF...")
	}
	p, err := readPolicy(args[0])
	if err != nil {
		fail(err)
	}
	changed := 0
	for _, path := range args[1:] {
		proof, err1 := os.ReadFile(path)
		leaf, err2 := os.ReadFile(path + ".leaf")
		if err1 != nil || err2 != nil {
			fail(err1, err2)
		}
		if err := check(proof, leaf, p); err != nil {
			fail(path, err)
		}
		if !flip {
			continue
		}
		for _, b := range [][]byte{proof, leaf} {
			flips(b, func(where string) {
				if check(proof, leaf, p) == nil {
					fail(path, "is accepted with another", where)
				}
				changed++
			})
		}
	}
	fmt.Printf("PROVEN %d files, refused %d that were changed\n", len(args)-1, changed)
}

func fail(why ...interface{}) {
	fmt.Fprintln(os.Stderr, why...)
	os.Exit(1)
}
