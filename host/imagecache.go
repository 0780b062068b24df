package host

import (
	"container/list"
	"sync"
)

// imageCache keeps the images of the scripts that ran last, within a bound in
// bytes. It is safe for concurrent use.
type imageCache struct {
	mutex   sync.Mutex
	limit   int
	size    int
	entries map[*Script]*list.Element
	order   list.List // of cacheEntry, the last used in front
}

type cacheEntry struct {
	script *Script
	image  *image
}

func newImageCache(limit int) *imageCache {
	return &imageCache{limit: limit, entries: make(map[*Script]*list.Element)}
}

// get returns the image of s, or nil.
func (c *imageCache) get(s *Script) *image {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	element := c.entries[s]
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
	if c.entries[s] != nil {
		return
	}
	c.entries[s] = c.order.PushFront(cacheEntry{s, img})
	c.size += img.weight()
	for c.size > c.limit && c.order.Len() > 1 {
		c.remove(c.order.Back())
	}
}

func (c *imageCache) remove(element *list.Element) {
	entry := c.order.Remove(element).(cacheEntry)
	delete(c.entries, entry.script)
	c.size -= entry.image.weight()
}
