// A small shop: what it has, what was ordered, and what it told its owner.
namespace shop {

void Buy();
void Restock();
void Report();
void Close();

}  // namespace shop
