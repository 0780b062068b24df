package host

import (
	"container/list"
	"runtime"
	"sync"
	"weak"
)

// imageCache keeps the images of the scripts that ran last, within a bound in
// bytes. It does not keep the scripts: when the embedder has dropped one, and the
// collector has found that, its image goes as well. It is safe for concurrent use.
type imageCache struct {
	mutex   sync.Mutex
	limit   int
	size    int
	entries map[weak.Pointer[Script]]*list.Element
	order   list.List // of cacheEntry, the last used in front
}

type cacheEntry struct {
	script  weak.Pointer[Script]
	image   *image
	cleanup runtime.Cleanup // for the script's end
}

func newImageCache(limit int) *imageCache {
	return &imageCache{limit: limit, entries: make(map[weak.Pointer[Script]]*list.Element)}
}

// get returns the image of s, or nil.
func (c *imageCache) get(s *Script) *image {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	element := c.entries[weak.Make(s)]
	if element == nil {
		return nil
	}
	c.order.MoveToFront(element)
	return element.Value.(cacheEntry).image
}

// put adds the image of s and drops those that were not used for longest. An image
// larger than the whole cache is kept until the next one comes.
func (c *imageCache) put(s *Script, img *image) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	key := weak.Make(s)
	if c.entries[key] != nil {
		return
	}
	c.entries[key] = c.order.PushFront(cacheEntry{key, img, runtime.AddCleanup(s, c.forget, key)})
	c.size += img.weight()
	for c.size > c.limit && c.order.Len() > 1 {
		c.remove(c.order.Back())
	}
}

// forget drops the image of a script that is no more.
func (c *imageCache) forget(script weak.Pointer[Script]) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if element := c.entries[script]; element != nil {
		c.remove(element)
	}
}

func (c *imageCache) remove(element *list.Element) {
	entry := c.order.Remove(element).(cacheEntry)
	entry.cleanup.Stop() // a script whose image comes and goes would gather them
	delete(c.entries, entry.script)
	c.size -= entry.image.weight()
}
